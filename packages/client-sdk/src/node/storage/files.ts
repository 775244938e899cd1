import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { SegueError } from "@segue/core";

const OWNER_ONLY = 0o600;
let counter = 0;

/** The JSON in a file, or null when there is no such file or it holds no JSON. */
export async function readJsonFile(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new SegueError("unavailable", { detail: "a file of the client could not be read", cause: error });
  }
}

/** Replaces a file as a whole and durably; only its owner may read it. */
export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.${process.pid}.${counter++}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(temporary, "wx", OWNER_ONLY);
    try {
      await file.writeFile(JSON.stringify(value));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new SegueError("unavailable", { detail: "a file of the client could not be written", cause });
  }
}

export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
}
