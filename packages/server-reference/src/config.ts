/** The server's configuration: environment variables, read and checked once. */
import { z } from "zod";
import { type HttpSettings, httpSettings } from "./http/settings";
import { MODULE_SETTINGS, type ModuleSettings } from "./modules/all";
import { ConfigError, type ServerSettings, type SettingsPart, serverSettings } from "./settings";

export { ConfigError } from "./settings";

/** The configuration of one server. */
export type ServerConfig = ServerSettings & ModuleSettings & HttpSettings;

const PARTS: readonly SettingsPart<object>[] = [serverSettings, ...MODULE_SETTINGS, httpSettings];
const Environment = z.object(Object.assign({}, ...PARTS.map(({ shape }) => shape)) as z.ZodRawShape);
const SECRET = new Set(PARTS.flatMap(({ secret }) => secret));

/** A setting: its name, its default as one would write it, and what it is for. */
export interface Setting {
  readonly name: string;
  /** null when absence means something of its own. */
  readonly default: string | null;
  readonly description: string;
}

/** Every setting, in the order in which an operator wants to read about them. */
export function settings(): readonly Setting[] {
  const defaults = Environment.parse({});
  return PARTS.flatMap(({ shape }) => Object.keys(shape)).map((name) => ({
    name,
    default: defaults[name] === undefined ? null : String(defaults[name]),
    description: (Environment.shape[name] as z.ZodType | undefined)?.description ?? "",
  }));
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
  // Each part reads what its own shape, a part of `Environment`, has checked.
  return Object.assign({}, ...PARTS.map((part) => part.read(parsed.data as never))) as ServerConfig;
}
