/** `segue-server backup FILE`. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { ServerConfig } from "../config";
import { besideServer, CommandError } from "./command";

/**
 * Copies the database to `file`, also while a server uses it: a reader sees one consistent state.
 * @throws CommandError when there is nothing to copy, or `file` exists
 */
export async function backup(config: ServerConfig, file: string): Promise<string> {
  const target = resolve(file);
  return besideServer(config, "nothing", (database) => {
    if (existsSync(target)) throw new CommandError(`${target} exists already.`);
    database.backup(target);
    return target;
  });
}
