/** Puts the server together. */
import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import type Provider from "oidc-provider";
import type { ServerContext } from "./context";
import { answerClientError } from "./http/client-error";
import { registerCors } from "./http/cors";
import { registerHostCheck } from "./http/host";
import { OpenApiValidator, registerValidation } from "./http/openapi";
import { loadOpenApi } from "./http/openapi-document";
import { registerProblems, rememberRoutes, sendProblem } from "./http/problem";
import { registerRateLimit } from "./http/rate-limit";
import { registerShutdown } from "./http/shutdown";
import { hasWebPlayer, playerFallback, registerWebPlayer } from "./http/web-player";
import { localAuthenticator, registerAuthentication } from "./modules/auth/authenticate";
import { externalAuthenticator } from "./modules/auth/external";
import type { Authenticator } from "./modules/auth/principal";
import { createProvider } from "./modules/auth/provider";
import type { ProviderKeyOptions } from "./modules/auth/provider-keys";
import { providerOrigins } from "./modules/auth/provider-origins";
import { authRoutes } from "./modules/auth/routes";
import { capabilityRoutes } from "./modules/capabilities/routes";
import { catalogRoutes } from "./modules/catalog/routes";
import { connectRoutes } from "./modules/connect/routes";
import { deviceRoutes } from "./modules/devices/routes";
import { eventRoutes } from "./modules/events/routes";
import { imageRoutes } from "./modules/images/routes";
import { licenseRoutes } from "./modules/license/routes";
import { mediaRoutes } from "./modules/media/routes";
import { operationsRoutes } from "./modules/operations/routes";
import { playbackRoutes } from "./modules/playback/routes";
import { registerHttpFaults } from "./modules/sandbox/http-faults";
import { sandboxRoutes } from "./modules/sandbox/routes";
import { registerTelemetry } from "./telemetry";

/** Largest body of a route that does not say otherwise, in bytes. */
const BODY_LIMIT = 64 * 1024;

/** How long requests may take to arrive, and how often that is looked at, milliseconds. */
export interface Patience {
  readonly headMs: number;
  readonly requestMs: number;
  readonly lookMs: number;
}
const PATIENCE: Patience = { headMs: 10_000, requestMs: 30_000, lookMs: 5000 };

/** What a test may replace. */
export interface AppOptions {
  readonly patience?: Patience;
  /** Whether the server is shutting down. */
  readonly draining?: () => boolean;
  /** How often another OpenID provider is asked for keys. */
  readonly providerKeys?: ProviderKeyOptions;
}

/** Makes the HTTP server of `context`; it does not listen yet. */
export async function createApp(context: ServerContext, options: AppOptions = {}): Promise<FastifyInstance> {
  const { config } = context;
  const app = Fastify(fastifyOptions(context, options.patience));
  const document = loadOpenApi();
  const webDir = hasWebPlayer(config.webDir) ? config.webDir : null;

  const origin = () => publicOrigin(context, app);
  const { sandbox } = context;

  registerShutdown(app);
  // Text is no encoding of the protocol; without this its parser would take it for one.
  app.removeContentTypeParser("text/plain");
  rememberRoutes(app);
  registerHostCheck(app, config, origin);
  registerCors(app);
  const telemetry = registerTelemetry(app);
  await registerRateLimit(app, config.rateLimit);
  registerProblems(app, webDir ? playerFallback : undefined);
  const authenticator = authenticatorOf(context, options);
  registerAuthentication(app, authenticator);
  if (document) registerValidation(app, new OpenApiValidator(document));
  if (sandbox) registerHttpFaults(app, sandbox.faults, document);

  await app.register(operationsRoutes, {
    context,
    telemetry,
    document,
    draining: options.draining ?? (() => false),
  });
  const provider = lazyProvider(context, app);
  if (config.oidcIssuer) {
    const discovery = `${config.oidcIssuer}/.well-known/openid-configuration`;
    app.get("/.well-known/openid-configuration", async (_request, reply) => reply.redirect(discovery, 307));
  } else {
    await app.register(authRoutes, { context, provider });
  }
  if (sandbox) {
    const own = config.oidcIssuer ? null : provider;
    await app.register(sandboxRoutes, { context, sandbox, document, origin, provider: own });
  }
  await app.register(capabilityRoutes, { context, origin });
  for (const routes of [catalogRoutes, deviceRoutes, imageRoutes, playbackRoutes, licenseRoutes, mediaRoutes])
    await app.register(routes, { context });
  await app.register(eventRoutes, { context, registry: telemetry.registry });

  await app.register(connectRoutes, { context, authenticator, telemetry });

  const { oidcIssuer } = config;
  const servers = oidcIssuer ? providerOrigins(oidcIssuer, () => performance.now()) : async () => [];
  if (webDir) await registerWebPlayer(app, webDir, servers);
  return app;
}

function fastifyOptions({ config, logger }: ServerContext, patience = PATIENCE) {
  const verbose = config.logLevel === "debug" || config.logLevel === "trace";
  return {
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: !verbose }),
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT,
    requestTimeout: patience.requestMs,
    http: { headersTimeout: patience.headMs, connectionsCheckingInterval: patience.lookMs },
    // An https address means one reverse proxy in front.
    ...(config.publicUrl?.startsWith("https:")
      ? { trustProxy: (_address: string, hop: number) => hop < 1 }
      : {}),
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: sendProblem,
    clientErrorHandler: answerClientError,
    forceCloseConnections: "idle",
    return503OnClosing: false,
  } as const;
}

function authenticatorOf({ config, db, now }: ServerContext, { providerKeys }: AppOptions): Authenticator {
  const { oidcIssuer: issuer, oidcAudience: audience } = config;
  return issuer === null
    ? localAuthenticator(db, config.sandbox, now)
    : externalAuthenticator(db, { issuer, audience }, now, providerKeys);
}

/** Origin under which clients reach `app`; it must listen unless the configuration says one. */
export function publicOrigin(context: ServerContext, app: FastifyInstance): string {
  if (context.config.publicUrl) return context.config.publicUrl;
  const port = (app.server.address() as AddressInfo | null)?.port ?? context.config.port;
  const host = context.config.host.includes(":") ? `[${context.config.host}]` : context.config.host;
  return `http://${host === "0.0.0.0" ? "127.0.0.1" : host}:${port}`;
}

/** The authorization server names itself by its address, which is known once the server listens. */
function lazyProvider(context: ServerContext, app: FastifyInstance): () => Promise<Provider> {
  let made: Promise<Provider> | null = null;
  return () => {
    made ??= createProvider(context, publicOrigin(context, app)).catch((error: unknown) => {
      // A failure that passes, such as a busy database, must not end signing in until the next start.
      made = null;
      throw error;
    });
    return made;
  };
}
