/** What the commands have in common. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Milliseconds } from "@segue/core";
import { type MainDatabase, openBeside } from "../adapters/sql/open-main";
import type { ServerConfig } from "../config";
import { TestClock } from "../modules/sandbox/clock";
import { DATABASE_FILE } from "../server";

/** A command that cannot be carried out; `message` is one line. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** Takes a line for the user. */
export type Print = (line: string) => void;

/**
 * Runs `work` on the database of `config`, also while a server uses it, with the clock of that server.
 * @param needs see openBeside
 * @throws CommandError when there is none
 */
export async function besideServer<T>(
  config: ServerConfig,
  needs: "nothing" | "schema",
  work: (database: MainDatabase, now: () => Milliseconds) => T | Promise<T>,
): Promise<T> {
  const file = join(config.dataDir, DATABASE_FILE);
  if (!existsSync(file)) throw new CommandError(`There is no database in ${config.dataDir}.`);
  const database = await openBeside(file, needs);
  try {
    const sandbox = config.sandbox && needs === "schema";
    const now = sandbox ? (await TestClock.open(database.query, Date.now)).now : Date.now;
    return await work(database, now);
  } finally {
    await database.close();
  }
}
