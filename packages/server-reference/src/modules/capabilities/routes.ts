/** GET /v1/capabilities. */
import type { Capabilities } from "@segue/core";
import type { FastifyInstance } from "fastify";
import type { ServerContext } from "../../context";
import type { AuthModule } from "../auth/module";
import type { Capability } from "../capability";
import type { MediaModule } from "../media/module";

/** Version of the protocol that this server speaks. */
const PROTOCOL_VERSION = "v1alpha1";
const SERVER = { name: "segue-server", version: "0.0.0" };

/** What capabilities use. */
export interface CapabilitiesNeeds {
  readonly auth: Pick<AuthModule, "issuer" | "clients">;
  readonly media: Pick<MediaModule, "codecs">;
  /** What the modules of the server let clients do. */
  readonly capabilities: readonly Capability[];
}

/** Serves what the server and the token can do. */
export async function capabilityRoutes(
  app: FastifyInstance,
  { config }: ServerContext,
  { auth, media, capabilities }: CapabilitiesNeeds,
): Promise<void> {
  app.get("/v1/capabilities", async (request, reply): Promise<Required<Capabilities>> => {
    const user = await app.optionalUser(request);
    const codecs = await media.codecs();
    const features = capabilities.map(async ({ name, missing }) => {
      const reason = await missing(user);
      return { name, available: reason === null, reason };
    });
    reply.header("vary", "Authorization").header("cache-control", "private, no-cache");
    return {
      protocolVersion: PROTOCOL_VERSION,
      server: SERVER,
      sandbox: config.sandbox,
      issuer: auth.issuer(),
      clients: auth.clients,
      codecs,
      features: await Promise.all(features),
    };
  });
}
