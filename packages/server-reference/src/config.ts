/** The server's configuration: environment variables, read and checked once. */
import { resolve } from "node:path";
import { z } from "zod";
import { isLoopbackName } from "./loopback";

const flag = z.enum(["0", "1"], { error: "must be 0 or 1" });
const url = z.url({ protocol: /^https?$/, error: "must be an http or https URL" });

const clientId = z.string().regex(/^[\x20-\x7e]{1,255}$/, "must be 1 to 255 printable characters");

/** Settings whose value is never shown. */
const SECRET = new Set(["SEGUE_METRICS_TOKEN"]);

const number = (digits: number, max: number) =>
  z
    .string()
    .regex(new RegExp(`^\\d{1,${digits}}$`), `must be a number from 0 to ${max}`)
    .transform(Number)
    .refine((value) => value <= max, `must be a number from 0 to ${max}`);

/** Every setting, as the operator reads about it. */
const Environment = z.object({
  SEGUE_PORT: number(5, 65_535).default(4600).describe("Port; 0 takes a free one."),
  SEGUE_HOST: z.string().min(1, "must not be empty").default("127.0.0.1").describe("Address to listen on."),
  SEGUE_DATA_DIR: z
    .string()
    .min(1, "must not be empty")
    .default(".segue")
    .describe("Data directory: database, media objects, images."),
  SEGUE_PUBLIC_URL: url
    .optional()
    .describe("Origin under which clients reach the server. With https, one reverse proxy is in front."),
  SEGUE_SANDBOX: z
    .enum(["0", "1", "force"], { error: "must be 0, 1 or force" })
    .default("1")
    .describe("1: demo users and one-click sign-in, on loopback only; 0: off; force: anywhere."),
  SEGUE_DEMO: flag.default("1").describe("1: demo catalog; 0: none."),
  SEGUE_DEMO_TRACKS: number(6, 999_999).optional().describe("Number of demo tracks."),
  SEGUE_RATE_LIMIT: number(7, 9_999_999)
    .default(1200)
    .describe("Requests per minute and caller, ten times as many for media; 0: no limit."),
  SEGUE_LOG_LEVEL: z
    .enum(["silent", "fatal", "error", "warn", "info", "debug", "trace"], {
      error: "must be silent, fatal, error, warn, info, debug or trace",
    })
    .default("warn")
    .describe("Least level that is logged: silent, fatal, error, warn, info, debug or trace."),
  SEGUE_METRICS_TOKEN: z
    .string()
    .regex(/^[A-Za-z0-9._~+/-]{16,512}=*$/, "must be 16 to 512 letters, digits or ._~+/-")
    .optional()
    .describe("Bearer token of /metrics. Without it only programs on this machine get an answer."),
  SEGUE_OIDC_ISSUER: url
    .optional()
    .describe("Issuer of the OpenID provider that signs listeners in instead of the server."),
  SEGUE_OIDC_AUDIENCE: z
    .string()
    .min(1, "must not be empty")
    .default("segue")
    .describe("Audience that access tokens of that provider must name."),
  SEGUE_OIDC_APP_CLIENT: clientId
    .default("segue-web-player")
    .describe("Id of the public client there that signs in with a page: the web player and apps."),
  SEGUE_OIDC_DEVICE_CLIENT: clientId
    .default("segue-device")
    .describe("Id of the public client there that signs in with a code: speakers and terminals."),
  SEGUE_WEB_DIR: z
    .string()
    .min(1, "must not be empty")
    .optional()
    .describe("Folder of the built web player."),
});

/** A setting: its name, its default as one would write it, and what it is for. */
export interface Setting {
  readonly name: string;
  /** null when absence means something of its own. */
  readonly default: string | null;
  readonly description: string;
}

/** Every setting, in the order in which an operator wants to read about them. */
export function settings(): readonly Setting[] {
  const defaults = Environment.parse({}) as Readonly<Record<string, unknown>>;
  return Object.entries(Environment.shape).map(([name, schema]) => ({
    name,
    default: defaults[name] === undefined ? null : String(defaults[name]),
    description: schema.description ?? "",
  }));
}

/** The configuration of one server. */
export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  /** Absolute path. */
  readonly dataDir: string;
  /** Origin under which clients reach the server, without a slash at the end; null until the port is known. */
  readonly publicUrl: string | null;
  /** Demo users and one-click sign-in exist. */
  readonly sandbox: boolean;
  readonly demo: boolean;
  /** Number of demo tracks; null for the demo's own default. */
  readonly demoTracks: number | null;
  /** Requests per minute and caller; 0 for no limit. Media may be asked for ten times as often. */
  readonly rateLimit: number;
  readonly logLevel: string;
  /** Bearer token of GET /metrics; null for no token, but then only this machine gets an answer. */
  readonly metricsToken: string | null;
  /** An OpenID provider that takes the place of the server's own. */
  readonly oidcIssuer: string | null;
  /** What the `aud` of that provider's access tokens must be. */
  readonly oidcAudience: string;
  /** Ids of the public clients that the provider knows, by grant. */
  readonly oidcClients: { readonly authorizationCode: string; readonly deviceCode: string };
  /** Absolute path of the built web player. */
  readonly webDir: string | null;
}

/** A setting that cannot be used; `message` is one line that names it. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * Reads the configuration from `env`; empty values count as absent.
 * @throws ConfigError
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): ServerConfig {
  const given = Object.fromEntries(
    Object.entries(env).filter(
      ([name, value]) => name.startsWith("SEGUE_") && value !== undefined && value !== "",
    ),
  );
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const name = String(issue.path[0]);
    const shown = SECRET.has(name) ? "what it is set to" : JSON.stringify(given[name]);
    throw new ConfigError(`${name} ${issue.message}, not ${shown}.`);
  }
  const value = parsed.data;
  const { SEGUE_PUBLIC_URL: publicUrl } = value;
  if (value.SEGUE_SANDBOX === "1" && publicUrl && !isLoopbackName(new URL(publicUrl).hostname)) {
    throw new ConfigError(
      `SEGUE_SANDBOX=1 gives anyone a demo account, so SEGUE_PUBLIC_URL=${publicUrl} is refused; set SEGUE_SANDBOX=0, or SEGUE_SANDBOX=force to allow it.`,
    );
  }
  if (value.SEGUE_SANDBOX === "1" && !isLoopbackName(value.SEGUE_HOST)) {
    throw new ConfigError(
      `SEGUE_SANDBOX=1 gives anyone a demo account, so SEGUE_HOST=${value.SEGUE_HOST} is refused; set SEGUE_SANDBOX=0, or SEGUE_SANDBOX=force to allow it.`,
    );
  }
  const { SEGUE_OIDC_ISSUER: issuer } = value;
  if (issuer && new URL(issuer).protocol === "http:" && !isLoopbackName(new URL(issuer).hostname))
    throw new ConfigError(
      `SEGUE_OIDC_ISSUER must be an https URL, not ${JSON.stringify(issuer)}: its keys decide who is let in.`,
    );
  return {
    host: value.SEGUE_HOST,
    port: value.SEGUE_PORT,
    dataDir: resolve(value.SEGUE_DATA_DIR),
    publicUrl: value.SEGUE_PUBLIC_URL ? value.SEGUE_PUBLIC_URL.replace(/\/+$/, "") : null,
    sandbox: value.SEGUE_SANDBOX !== "0",
    demo: value.SEGUE_DEMO === "1",
    demoTracks: value.SEGUE_DEMO_TRACKS ?? null,
    rateLimit: value.SEGUE_RATE_LIMIT,
    logLevel: value.SEGUE_LOG_LEVEL,
    metricsToken: value.SEGUE_METRICS_TOKEN ?? null,
    oidcIssuer: issuer ? issuer.replace(/\/+$/, "") : null,
    oidcAudience: value.SEGUE_OIDC_AUDIENCE,
    oidcClients: {
      authorizationCode: value.SEGUE_OIDC_APP_CLIENT,
      deviceCode: value.SEGUE_OIDC_DEVICE_CLIENT,
    },
    webDir: value.SEGUE_WEB_DIR ? resolve(value.SEGUE_WEB_DIR) : null,
  };
}
