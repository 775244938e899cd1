/** `segue-server backup FILE`. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { openDatabase } from "../adapters/sqlite/open";
import type { ServerConfig } from "../config";
import { DATABASE_FILE } from "../server";

/** A command that cannot be carried out; `message` is one line. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/**
 * Copies the database to `file`, also while a server uses it: a reader sees one consistent state.
 * @throws CommandError when there is nothing to copy, or `file` exists
 */
export async function backup(config: ServerConfig, file: string): Promise<string> {
  const source = join(config.dataDir, DATABASE_FILE);
  const target = resolve(file);
  if (!existsSync(source)) throw new CommandError(`There is no database in ${config.dataDir}.`);
  if (existsSync(target)) throw new CommandError(`${target} exists already.`);
  const database = openDatabase(source);
  try {
    database.backup(target);
  } finally {
    await database.close();
  }
  return target;
}
