/** A file of records, each on the disk before it counts; a record that a crash cut short is no record. */
import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat, truncate } from "node:fs/promises";
import { dirname } from "node:path";
import { SegueError } from "@segue/core";

const mark = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);
const lineOf = (record: unknown) => {
  const text = JSON.stringify(record);
  return `${mark(text)} ${text}\n`;
};

/** Appends records and hands out those of all programs, in order. Callers hold a lock around every call. */
export interface JournalFile {
  /** Hands every record that was not seen yet to `apply`; `reset` comes first when the file was replaced. */
  catchUp(reset: () => void, apply: (record: unknown) => void): Promise<void>;
  append(records: readonly unknown[]): Promise<void>;
  /** Puts `records` in the place of everything. */
  replace(records: readonly unknown[]): Promise<void>;
}

/** The journal at `path`, which need not exist. */
export function openJournalFile(path: string): JournalFile {
  let seen = { file: 0, bytes: 0 };

  async function durable(file: string, flags: string, text: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const handle = await open(file, flags, 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async function guarded<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (cause) {
      throw new SegueError("unavailable", { detail: "the outbox could not be read or written", cause });
    }
  }

  return {
    catchUp: (reset, apply) =>
      guarded(async () => {
        const info = await stat(path).catch(() => null);
        if (info === null || info.ino !== seen.file || info.size < seen.bytes) {
          reset();
          seen = { file: info?.ino ?? 0, bytes: 0 };
        }
        if (info === null || info.size === seen.bytes) return;
        const bytes = (await readFile(path)).subarray(seen.bytes);
        const whole = bytes.lastIndexOf(10) + 1;
        // What is behind the last line was cut short by a crash; the next record must not be glued to it.
        if (whole < bytes.length) await truncate(path, seen.bytes + whole);
        seen = { ...seen, bytes: seen.bytes + whole };
        for (const line of bytes.subarray(0, whole).toString("utf8").split("\n")) {
          const text = line.slice(17);
          if (line[16] === " " && mark(text) === line.slice(0, 16)) apply(JSON.parse(text));
        }
      }),
    append: (records) =>
      guarded(async () => {
        const text = records.map(lineOf).join("");
        await durable(path, "a", text);
        const info = await stat(path);
        seen = { file: info.ino, bytes: info.size };
      }),
    replace: (records) =>
      guarded(async () => {
        const temporary = `${path}.tmp`;
        await rm(temporary, { force: true });
        await durable(temporary, "wx", records.map(lineOf).join(""));
        await rename(temporary, path);
        const info = await stat(path);
        seen = { file: info.ino, bytes: info.size };
      }),
  };
}
