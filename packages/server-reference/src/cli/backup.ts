/** `segue-server backup FOLDER` and `segue-server restore FOLDER`. */
import { constants } from "node:fs";
import { chmod, copyFile, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { lockDataDir } from "../adapters/files/data-dir-lock";
import { DATABASE_FILE, EVENT_LOG_FILE } from "../adapters/open-databases";
import { openBeside } from "../adapters/sql/open-main";
import type { ServerConfig } from "../config";
import { CommandError, type Print } from "./command";

const DATABASES = [DATABASE_FILE, EVENT_LOG_FILE];
/** Files below are named after their content, so that one of the same name and size is the same. */
const STORES = ["media", "images"];

const sizeOf = (file: string) =>
  stat(file).then(
    (found) => found.size,
    () => null,
  );

/** Copies the files of `from` that `to` lacks. Returns how many there are, and how many were copied. */
async function copyStore(from: string, to: string): Promise<{ files: number; copied: number }> {
  const count = { files: 0, copied: 0 };
  if ((await sizeOf(from)) === null) return count;
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    // What ends in .tmp is not finished.
    if (!entry.isFile() || entry.name.endsWith(".tmp")) continue;
    const source = join(entry.parentPath, entry.name);
    const target = to + source.slice(from.length);
    const size = await sizeOf(source);
    if (size === null) continue;
    count.files++;
    if ((await sizeOf(target)) === size) continue;
    await mkdir(dirname(target), { recursive: true });
    await copyFile(source, target, constants.COPYFILE_FICLONE);
    count.copied++;
  }
  return count;
}

/** Writes a consistent copy of the database `source`, which a server may be using, in the place of `target`. */
async function copyDatabase(source: string, target: string): Promise<void> {
  const made = `${target}.new`;
  await rm(made, { force: true });
  const database = await openBeside(source, "nothing");
  try {
    database.backup(made);
  } finally {
    await database.close();
  }
  await rename(made, target);
}

async function copyStores(from: string, to: string, print: Print): Promise<void> {
  for (const store of STORES) {
    const { files, copied } = await copyStore(join(from, store), join(to, store));
    print(`${store}: ${files} files, ${copied} of them copied now.`);
  }
}

/** @throws CommandError when the rows are where they cannot be copied from */
function refuseShared({ databaseUrl, dataDir }: ServerConfig): void {
  if (databaseUrl !== null)
    throw new CommandError(
      `The rows are in PostgreSQL: copy them with pg_dump, and then the folders media and images of ${dataDir}.`,
    );
}

/**
 * Brings the backup in `folder` up to date, or makes it, also while a server runs: first the databases, each as it is at
 * one moment, then the files that it lacks.
 * @throws CommandError when there is nothing to back up, or `folder` lies in the data directory
 */
export async function backup(config: ServerConfig, folder: string, print: Print): Promise<void> {
  const { dataDir } = config;
  refuseShared(config);
  const target = resolve(folder);
  if ((await sizeOf(join(dataDir, DATABASE_FILE))) === null)
    throw new CommandError(`There is no database in ${dataDir}.`);
  if (`${target}${sep}`.startsWith(`${dataDir}${sep}`))
    throw new CommandError(`${target} lies in the data directory; a backup belongs elsewhere.`);
  await mkdir(target, { recursive: true, mode: 0o700 });
  for (const name of DATABASES)
    if ((await sizeOf(join(dataDir, name))) !== null)
      await copyDatabase(join(dataDir, name), join(target, name));
  await copyStores(dataDir, target, print);
  print(`${target} is complete. It holds the server's secrets: keep it as you keep those.`);
}

/**
 * Fills an empty data directory from the backup in `folder`.
 * @throws CommandError when `folder` is no backup or the data directory has a database
 * @throws DataDirInUse
 */
export async function restore(config: ServerConfig, folder: string, print: Print): Promise<void> {
  const { dataDir } = config;
  refuseShared(config);
  const source = resolve(folder);
  if ((await sizeOf(join(source, DATABASE_FILE))) === null)
    throw new CommandError(`There is no backup in ${source}.`);
  const unlock = lockDataDir(dataDir);
  try {
    if ((await sizeOf(join(dataDir, DATABASE_FILE))) !== null)
      throw new CommandError(`${dataDir} has a database already; set SEGUE_DATA_DIR to an empty folder.`);
    await copyStores(source, dataDir, print);
    // The database last: without it the directory counts as empty, and a cut restore can be repeated.
    for (const name of [...DATABASES].reverse()) {
      if ((await sizeOf(join(source, name))) === null) continue;
      const made = join(dataDir, `${name}.new`);
      await copyFile(join(source, name), made);
      await chmod(made, 0o600);
      await rename(made, join(dataDir, name));
    }
    print(`${dataDir} is restored.`);
  } finally {
    unlock();
  }
}
