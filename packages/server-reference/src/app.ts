/** Puts the server together: HTTP, and the modules folded into it. */
import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import type { ServerConfig } from "./config";
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
import { makeModules } from "./modules/all";
import type { ProviderKeyOptions } from "./modules/auth/provider-keys";
import type { Module } from "./modules/module";
import { PrepareDesk, type PrepareTrack } from "./modules/playback/prepare";
import type { Sandbox } from "./modules/sandbox/sandbox";
import type { Stores } from "./modules/stores";
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

/** What a server works on; its parts can be replaced one by one. */
export interface ServerParts {
  readonly context: ServerContext & { readonly config: ServerConfig };
  readonly stores: Stores;
  /** The test clock and the fault switches; null outside a sandbox. */
  readonly sandbox: Sandbox | null;
}

/** What a test or a program around the server may say. */
export interface AppOptions {
  readonly patience?: Patience;
  /** Whether the server is shutting down. */
  readonly draining?: () => boolean;
  /** How often another OpenID provider is asked for keys. */
  readonly providerKeys?: ProviderKeyOptions;
  /** Who prepares tracks that are asked for too early. Default nobody. */
  readonly prepare?: PrepareTrack;
}

/** Makes the HTTP server of `parts`; it does not listen yet. */
export async function createApp(parts: ServerParts, options: AppOptions = {}): Promise<FastifyInstance> {
  const { context, stores, sandbox } = parts;
  const { draining = () => false, providerKeys = {}, prepare = new PrepareDesk().ask } = options;
  const { config } = context;
  const app = Fastify(fastifyOptions(context, options.patience));
  const document = loadOpenApi();
  const webDir = hasWebPlayer(config.webDir) ? config.webDir : null;
  const origin = () => publicOrigin(config, app);

  registerShutdown(app);
  // Text is no encoding of the protocol; without this its parser would take it for one.
  app.removeContentTypeParser("text/plain");
  rememberRoutes(app);
  registerHostCheck(app, config, origin);
  registerCors(app);
  const telemetry = registerTelemetry(app);
  await registerRateLimit(app, config.rateLimit);
  registerProblems(app, webDir ? playerFallback : undefined);
  if (document) registerValidation(app, new OpenApiValidator(document));

  const made = { settings: config, stores, sandbox, telemetry, document, origin };
  const modules = makeModules(context, { ...made, draining, prepare, providerKeys });
  for (const { install } of modules) install?.(app);
  for (const { routes } of modules) if (routes) await app.register(routes);
  app.addHook("preClose", async () => {
    // What was made last uses what was made first.
    for (const { close } of [...modules].reverse()) await close?.();
  });
  if (webDir) await registerWebPlayer(app, webDir, () => originsOf(modules));
  return app;
}

/** Origins beside the server's own that its pages talk to. */
async function originsOf(modules: readonly Module[]): Promise<readonly string[]> {
  return (await Promise.all(modules.map(({ origins }) => origins?.() ?? []))).flat();
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

/** Origin under which clients reach `app`; it must listen unless the configuration says one. */
export function publicOrigin({ publicUrl, port, host }: ServerConfig, app: FastifyInstance): string {
  if (publicUrl) return publicUrl;
  const listening = (app.server.address() as AddressInfo | null)?.port ?? port;
  const name = host.includes(":") ? `[${host}]` : host;
  return `http://${name === "0.0.0.0" ? "127.0.0.1" : name}:${listening}`;
}
