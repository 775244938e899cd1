/** Settings of the whole server, and what the settings of a module look like. */
import { resolve } from "node:path";
import { z } from "zod";
import { isLoopbackName } from "./loopback";

/** A setting that cannot be used; `message` is one line that names it. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Some settings: as the operator writes them, and as the server uses them. */
export interface SettingsPart<T> {
  /** By name of the environment variable, in the order in which an operator wants to read about them. */
  readonly shape: Readonly<z.ZodRawShape>;
  /** Names of settings whose value is never shown. */
  readonly secret: readonly string[];
  /** Reads what `shape` has checked. @throws ConfigError when settings do not go together */
  read(values: never): T;
}

/** Makes a part whose `read` is checked against its `shape`. */
export function settingsPart<S extends z.ZodRawShape, T>(
  shape: S,
  read: (values: z.infer<z.ZodObject<S>>) => T,
  secret: readonly (keyof S & string)[] = [],
): SettingsPart<T> {
  return { shape, read, secret };
}

/** A setting that is on or off. */
export const flag = z.enum(["0", "1"], { error: "must be 0 or 1" });
/** An address on the web. */
export const url = z.url({ protocol: /^https?$/, error: "must be an http or https URL" });
/** Text that says something. */
export const text = z.string().min(1, "must not be empty");

const number = (digits: number, max: number) =>
  z
    .string()
    .regex(new RegExp(`^\\d{1,${digits}}$`), `must be a number from 0 to ${max}`)
    .transform(Number)
    .refine((value) => value <= max, `must be a number from 0 to ${max}`);

/** What every part of the server may look at. */
export interface ServerSettings {
  readonly host: string;
  readonly port: number;
  /** Absolute path. */
  readonly dataDir: string;
  /** Of the PostgreSQL database that rows are kept in; null for files in the data directory. */
  readonly databaseUrl: string | null;
  /** Origin under which clients reach the server, without a slash at the end; null until the port is known. */
  readonly publicUrl: string | null;
  /** Demo users and one-click sign-in exist. */
  readonly sandbox: boolean;
  readonly demo: boolean;
  /** Number of demo tracks; null for the demo's own default. */
  readonly demoTracks: number | null;
  /** The command that encodes AAC and reads what the server cannot; `off` for none. */
  readonly ffmpeg: string;
  /** Requests per minute and caller; 0 for no limit. Media may be asked for ten times as often. */
  readonly rateLimit: number;
  readonly logLevel: string;
}

/** The settings of no module. */
export const serverSettings = settingsPart(
  {
    SEGUE_PORT: number(5, 65_535).default(4600).describe("Port; 0 takes a free one."),
    SEGUE_HOST: text.default("127.0.0.1").describe("Address to listen on."),
    SEGUE_DATA_DIR: text.default(".segue").describe("Data directory: database, media objects, images."),
    SEGUE_DATABASE_URL: z
      .string()
      .regex(/^postgres(ql)?:\/\/\S+$/, "must be a URL such as postgres://user:password@host:5432/name")
      .optional()
      .describe(
        "PostgreSQL database for everything but media and images; without it, files in the data directory.",
      ),
    SEGUE_PUBLIC_URL: url
      .optional()
      .describe("Origin under which clients reach the server. With https, one reverse proxy is in front."),
    SEGUE_SANDBOX: z
      .enum(["0", "1", "force"], { error: "must be 0, 1 or force" })
      .default("1")
      .describe("1: demo users and one-click sign-in, on loopback only; 0: off; force: anywhere."),
    SEGUE_DEMO: flag.default("1").describe("1: demo catalog; 0: none."),
    SEGUE_DEMO_TRACKS: number(6, 999_999).optional().describe("Number of demo tracks."),
    SEGUE_FFMPEG: text
      .default("ffmpeg")
      .describe("Command that makes AAC renditions and reads further formats; off: none."),
    SEGUE_RATE_LIMIT: number(7, 9_999_999)
      .default(1200)
      .describe("Requests per minute and caller, ten times as many for media; 0: no limit."),
    SEGUE_LOG_LEVEL: z
      .enum(["silent", "fatal", "error", "warn", "info", "debug", "trace"], {
        error: "must be silent, fatal, error, warn, info, debug or trace",
      })
      .default("warn")
      .describe("Least level that is logged: silent, fatal, error, warn, info, debug or trace."),
  },
  (value): ServerSettings => {
    const { SEGUE_HOST: host, SEGUE_PUBLIC_URL: publicUrl, SEGUE_SANDBOX: sandbox } = value;
    if (sandbox === "1" && publicUrl && !isLoopbackName(new URL(publicUrl).hostname))
      refuseSandbox("SEGUE_PUBLIC_URL", publicUrl);
    if (sandbox === "1" && !isLoopbackName(host)) refuseSandbox("SEGUE_HOST", host);
    return {
      host,
      port: value.SEGUE_PORT,
      dataDir: resolve(value.SEGUE_DATA_DIR),
      databaseUrl: value.SEGUE_DATABASE_URL ?? null,
      publicUrl: publicUrl ? withoutSlash(publicUrl) : null,
      sandbox: sandbox !== "0",
      demo: value.SEGUE_DEMO === "1",
      demoTracks: value.SEGUE_DEMO_TRACKS ?? null,
      ffmpeg: value.SEGUE_FFMPEG,
      rateLimit: value.SEGUE_RATE_LIMIT,
      logLevel: value.SEGUE_LOG_LEVEL,
    };
  },
  ["SEGUE_DATABASE_URL"],
);

function refuseSandbox(name: string, value: string): never {
  throw new ConfigError(
    `SEGUE_SANDBOX=1 gives anyone a demo account, so ${name}=${value} is refused; set SEGUE_SANDBOX=0, or SEGUE_SANDBOX=force to allow it.`,
  );
}

/** `address` as paths are added to it. */
export const withoutSlash = (address: string) => address.replace(/\/+$/, "");
