/** A server at an address: a sandbox, or any other with the credentials of two listeners. */
import { readFileSync } from "node:fs";
import { NotTestable } from "../outcomes";
import type { Facts, NamedTracks } from "./facts";
import { readFacts } from "./read-facts";
import type { Clock, Listener, Subject, Wishes } from "./subject";

/** The run cannot begin; `message` says what to do. */
export class CannotRun extends Error {
  override readonly name = "CannotRun";
}

/** A file given with `--credentials`. */
export interface Credentials {
  readonly users: readonly {
    readonly accessToken: string;
    readonly refreshToken?: string;
    readonly clientId?: string;
  }[];
  readonly tracks?: NamedTracks;
}

const TIMEOUT_MS = 15_000;

/** @throws CannotRun */
export function readCredentials(file: string): Credentials {
  let value: Partial<Credentials>;
  try {
    value = JSON.parse(readFileSync(file, "utf8")) as Partial<Credentials>;
  } catch (error) {
    throw new CannotRun(`${file} cannot be read as JSON: ${(error as Error).message}`);
  }
  const users = value.users;
  const complete = Array.isArray(users) && users.every((user) => typeof user?.accessToken === "string");
  if (!complete || users.length < 2)
    throw new CannotRun(
      `${file} needs {"users": [{"accessToken": "…"}, {"accessToken": "…"}]}: two listeners, if possible one premium and one free.`,
    );
  return { users, ...(value.tracks ? { tracks: value.tracks } : {}) };
}

async function call(
  url: string,
  method: string,
  path: string,
  options: { token?: string; json?: unknown } = {},
) {
  const { token, json } = options;
  let response: Response;
  try {
    response = await fetch(url + path, {
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(json === undefined ? {} : { "content-type": "application/json" }),
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
  } catch (error) {
    const cause = (error as Error).cause;
    throw new CannotRun(
      `${url} does not answer (${cause instanceof Error ? cause.message : (error as Error).message}).`,
      { cause: error },
    );
  }
  const text = await response.text();
  if (!response.ok)
    throw new CannotRun(`${method} ${path} answered ${response.status}: ${text.slice(0, 200)}`);
  // biome-ignore lint/suspicious/noExplicitAny: what a server says is looked at field by field
  return (text === "" ? null : JSON.parse(text)) as any;
}

function sandboxClock(url: string): Clock {
  const clock = (method: string, json?: unknown, path = "") =>
    call(url, method, `/v1/sandbox/clock${path}`, json === undefined ? {} : { json });
  return {
    now: async () => (await clock("GET")).nowMs,
    stopAt: (nowMs) => clock("PUT", { nowMs, running: false }),
    advance: (ms) => clock("POST", { ms }, "/advance"),
    reset: () => clock("DELETE"),
  };
}

async function sandboxListener(url: string, wishes: Wishes): Promise<Listener> {
  const made = await call(url, "POST", "/v1/sandbox/users", { json: wishes });
  const { accessToken, refreshToken, clientId } = made;
  const remove = () => call(url, "DELETE", `/v1/sandbox/users/${made.user.id}`);
  return { ...made.user, accessToken, refreshToken, clientId, fresh: true, remove };
}

function given(listeners: readonly Listener[], wishes: Wishes): Listener {
  const found = listeners.find(
    (one) =>
      (wishes.plan === undefined || one.plan === wishes.plan) &&
      (wishes.market === undefined || one.market === wishes.market) &&
      (wishes.explicitFilter === undefined || one.explicitFilter === wishes.explicitFilter),
  );
  if (found) return found;
  const wanted = Object.entries(wishes).map(([name, value]) => `${name} ${value}`);
  throw new NotTestable(`no listener with ${wanted.join(" and ")} was given`);
}

/** @throws CannotRun */
export async function openRemote(
  url: string,
  credentials: Credentials | null,
  named: NamedTracks = credentials?.tracks ?? {},
): Promise<Subject> {
  const origin = url.replace(/\/+$/, "");
  if (!URL.canParse(origin))
    throw new CannotRun(`${url} is no address; it should look like http://127.0.0.1:4600.`);
  const capabilities = await call(origin, "GET", "/v1/capabilities");
  const isSandbox = capabilities.sandbox === true && credentials === null;
  if (!isSandbox && credentials === null)
    throw new CannotRun(`${origin} is no sandbox, so --credentials FILE has to name two listeners.`);

  const listeners = await Promise.all(
    (credentials?.users ?? []).map(async ({ accessToken, refreshToken = null, clientId = null }) => {
      const me = await call(origin, "GET", "/v1/me", { token: accessToken });
      return { ...me, accessToken, refreshToken, clientId, fresh: false } as Listener;
    }),
  );
  const reader = isSandbox ? await sandboxListener(origin, { plan: "premium", market: "SE" }) : listeners[0]!;
  let facts: Facts;
  try {
    facts = await readFacts((path) => call(origin, "GET", path, { token: reader.accessToken }), named);
  } finally {
    await reader.remove?.();
  }
  const alive = () =>
    fetch(`${origin}/v1/capabilities`, { signal: AbortSignal.timeout(5000) }).then(
      () => true,
      () => false,
    );
  return {
    url: origin,
    facts,
    clock: isSandbox ? sandboxClock(origin) : null,
    fault: isSandbox
      ? async (rule) => {
          await call(origin, "POST", "/v1/sandbox/faults", { json: rule });
        }
      : null,
    listener: async (wishes) => (isSandbox ? sandboxListener(origin, wishes) : given(listeners, wishes)),
    alive,
  };
}
