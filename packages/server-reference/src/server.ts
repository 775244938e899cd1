/** A running server: data directory, database, secrets, routes. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { openDatabases } from "./adapters/open-databases";
import { openStores } from "./adapters/open-stores";
import { loadSecrets } from "./adapters/sql/secrets";
import { type AppOptions, createApp, publicOrigin, type ServerParts } from "./app";
import type { ServerConfig } from "./config";
import { NO_FAULTS } from "./fault-hooks";
import { seedDemoUsers } from "./modules/auth/demo-users";
import { openSandbox } from "./modules/sandbox/sandbox";
import type { Stores } from "./modules/stores";
import { createLogger } from "./telemetry";

/** How long open requests may take to end. */
const DRAIN_MS = 10_000;

/** The data of a server, opened by this process alone. */
export interface OpenedData extends ServerParts {
  close(): Promise<void>;
}

/** Gives stores that take the place of `opened` ones; they may build on them. */
export type StoreChange = (opened: Stores, context: ServerParts["context"]) => Partial<Stores>;

/** What a test or a program around the server may replace. */
export interface DataOptions {
  readonly now?: () => number;
  readonly logger?: Logger;
  readonly stores?: StoreChange;
}

/** What a test or a program around the server may replace or say. */
export interface ServerOptions extends DataOptions, Pick<AppOptions, "providerKeys" | "prepare"> {}

/**
 * Opens the data directory of `config`, and the database that its rows are in.
 * @throws DataDirInUse when another process has it
 */
export async function openData(config: ServerConfig, options: DataOptions = {}): Promise<OpenedData> {
  const machine = options.now ?? Date.now;
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const { database, events, close } = await openDatabases(config);
  try {
    mkdirSync(join(config.dataDir, "media"), { recursive: true });
    const { query: db } = database;
    const sandbox = config.sandbox ? await openSandbox(db, machine) : null;
    const now = sandbox?.clock.now ?? machine;
    const secrets = await loadSecrets(db, now());
    const logger = options.logger ?? createLogger(config.logLevel);
    const faults = sandbox?.faults ?? NO_FAULTS;
    const context = { config, database, db, secrets, now, logger, faults };
    const opened = openStores(context, events);
    const stores = { ...opened, ...options.stores?.(opened, context) };
    if (config.sandbox && !config.oidcIssuer) await seedDemoUsers(stores.users, now());
    return { context, stores, sandbox, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A server that listens. */
export interface RunningServer extends ServerParts {
  readonly url: string;
  readonly app: FastifyInstance;
  /** Answers what is open, then stops; connections that take longer than 10 s are cut. */
  close(): Promise<void>;
}

/** Opens the data and listens. */
export async function startServer(config: ServerConfig, options: ServerOptions = {}): Promise<RunningServer> {
  const { providerKeys, prepare, ...dataOptions } = options;
  const data = await openData(config, dataOptions);
  const { context, stores, sandbox } = data;
  let draining = false;
  try {
    const app = await createApp(data, {
      draining: () => draining,
      ...(providerKeys && { providerKeys }),
      ...(prepare && { prepare }),
    });
    await app.listen({ host: config.host, port: config.port });
    let closing: Promise<void> | null = null;
    const stop = async () => {
      draining = true;
      const cut = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS);
      await app.close();
      clearTimeout(cut);
      await data.close();
    };
    const close = () => {
      closing ??= stop();
      return closing;
    };
    return { url: publicOrigin(config, app), context, stores, sandbox, app, close };
  } catch (error) {
    await data.close();
    throw error;
  }
}
