/** GET /v1/capabilities. */
import type { FastifyInstance } from "fastify";
import type { ServerContext } from "../../context";
import type { User } from "../auth/principal";
import { OWN_CLIENTS } from "../auth/provider";
import { aacTiers } from "./aac-tiers";

/** Version of the protocol that this server speaks. */
const PROTOCOL_VERSION = "v1alpha1";
const SERVER = { name: "segue-server", version: "0.0.0" };
const VORBIS_KBPS = [24, 96, 160, 320];

interface Capability {
  readonly name: string;
  readonly available: boolean;
  readonly reason: string | null;
}

const feature = (name: string, reason: string | null): Capability => ({
  name,
  available: reason === null,
  reason,
});

function features(user: User | null, aac: boolean): readonly Capability[] {
  const signedIn = user ? null : "Sign in first.";
  const premium = signedIn ?? (user?.plan === "premium" ? null : "Part of the premium plan.");
  return [
    feature("catalog", signedIn),
    feature("playback", signedIn),
    feature("quality.320", premium),
    feature("offline", premium),
    feature("events", signedIn),
    feature("codec.vorbis", null),
    feature("codec.aac", aac ? null : "The server has no AAC renditions; ingest with ffmpeg installed."),
    feature("connect", signedIn),
    feature("search", "Not part of this version."),
    feature("recommendations", "Not part of this version."),
  ];
}

/** What the routes need. */
export interface CapabilityOptions {
  readonly context: ServerContext;
  /** Origin of this server, known once it listens. */
  readonly origin: () => string;
}

/** Serves what the server and the token can do. */
export async function capabilityRoutes(
  app: FastifyInstance,
  { context, origin }: CapabilityOptions,
): Promise<void> {
  const readTiers = aacTiers(context.db, () => performance.now());

  app.get("/v1/capabilities", async (request, reply) => {
    const user = await app.optionalUser(request);
    const tiers = await readTiers();
    reply.header("vary", "Authorization").header("cache-control", "private, no-cache");
    return {
      protocolVersion: PROTOCOL_VERSION,
      server: SERVER,
      sandbox: context.config.sandbox,
      issuer: context.config.oidcIssuer ?? origin(),
      clients: context.config.oidcIssuer ? context.config.oidcClients : OWN_CLIENTS,
      codecs: [
        { codec: "vorbis", bitratesKbps: VORBIS_KBPS },
        ...(tiers.length > 0 ? [{ codec: "aac", bitratesKbps: tiers }] : []),
      ],
      features: features(user, tiers.length > 0),
    };
  });
}
