/** A real server on a free port with a data directory of its own, and a caller that checks answers against the OpenAPI document. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { parseConfig } from "../src/config";
import { OpenApiValidator } from "../src/http/openapi";
import { loadOpenApi } from "../src/http/openapi-document";
import { type RunningServer, type ServerOptions, startServer } from "../src/server";
import { databaseSettings } from "./support/database-url";

const document = loadOpenApi();
const validator = document ? new OpenApiValidator(document) : null;

export interface TestServer extends RunningServer {
  readonly dataDir: string;
  /** Moves the server's clock. */
  advance(ms: number): void;
  /** Stops the server and removes its data. */
  stop(): Promise<void>;
}

/** Starts a server; `env` overrides its settings. */
export async function startTestServer(
  env: Record<string, string> = {},
  options: Pick<ServerOptions, "providerKeys" | "stores"> = {},
): Promise<TestServer> {
  const dataDir = env.SEGUE_DATA_DIR ?? mkdtempSync(join(tmpdir(), "segue-server-"));
  const config = parseConfig({
    SEGUE_PORT: "0",
    SEGUE_DEMO: "0",
    SEGUE_DATA_DIR: dataDir,
    ...(await databaseSettings(dataDir)),
    ...env,
  });
  let offset = 0;
  const now = () => Date.now() + offset;
  const server = await startServer(config, { now, logger: pino({ level: "silent" }), ...options });
  return {
    ...server,
    dataDir,
    advance: (ms) => {
      offset += ms;
    },
    stop: async () => {
      await server.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at whatever came
  readonly body: any;
}

/** Calls the API; the answer must match the OpenAPI document at `template`, when the document has it. */
export async function call(
  server: { readonly url: string },
  method: string,
  path: string,
  options: {
    token?: string;
    json?: unknown;
    template?: string;
    headers?: Record<string, string>;
    raw?: string;
  } = {},
): Promise<Answer> {
  const { token, json, headers, raw } = options;
  const response = await fetch(server.url + path, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(json === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(json === undefined ? (raw === undefined ? {} : { body: raw }) : { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  const isJson = /[/+]json/.test(response.headers.get("content-type") ?? "");
  const body = isJson ? JSON.parse(text) : text;
  const template = options.template ?? path.split("?")[0]!;
  const wrong =
    validator?.checkResponse(method, template, response.status, isJson ? body : undefined) ?? null;
  if (wrong) throw new Error(`${method} ${template} ${response.status}: ${wrong}\n${text.slice(0, 500)}`);
  return { status: response.status, headers: response.headers, body };
}
