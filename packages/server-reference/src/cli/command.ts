/** What the commands have in common. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Milliseconds } from "@segue/core";
import { DATABASE_FILE, openForCommand } from "../adapters/open-databases";
import type { SqlDatabase } from "../adapters/sql/database";
import type { Database } from "../adapters/sql/tables";
import type { ServerConfig } from "../config";
import { TestClock } from "../modules/sandbox/clock";

/** A command that cannot be carried out; `message` is one line. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** Takes a line for the user. */
export type Print = (line: string) => void;

/**
 * Runs `work` on the database of `config`, also while servers use it, with their clock.
 * @throws CommandError when there is none
 * @throws SchemaMismatch when it belongs to another version of the server
 */
export async function besideServer<T>(
  config: ServerConfig,
  work: (database: SqlDatabase<Database>, now: () => Milliseconds) => T | Promise<T>,
): Promise<T> {
  if (config.databaseUrl === null && !existsSync(join(config.dataDir, DATABASE_FILE)))
    throw new CommandError(`There is no database in ${config.dataDir}.`);
  const database = await openForCommand(config);
  try {
    const now = config.sandbox ? (await TestClock.open(database.query, Date.now)).now : Date.now;
    return await work(database, now);
  } finally {
    await database.close();
  }
}
