import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { LIMITS } from "../production/read/limits";
import type { RejectReason } from "../production/read/master-rejected";
import { formatsOfName } from "../production/read/sniff";

/** A file of the folder that looks like a master. */
export interface Candidate {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly byteLength: number;
  /**
   * When content, name or rights changed last, in milliseconds since the Unix epoch. The time of the content alone
   * misses files of one size and date that changed places.
   */
  readonly changedAt: number;
  /** Set when the file is refused without being opened. */
  readonly reason?: RejectReason;
  readonly detail?: string;
}

/** What is below a folder. */
export interface Scan {
  readonly files: readonly Candidate[];
  /** Whether every folder could be read, and none was left out. */
  readonly isComplete: boolean;
}

/**
 * Lists the masters below `root` in a fixed order. Nothing outside `root` is followed, nothing but regular files is
 * opened, hidden entries are passed over. A folder that cannot be read is listed as an unreadable file.
 */
export async function scanFolder(root: string): Promise<Scan> {
  const base = await realpath(root);
  const files: Candidate[] = [];
  let isComplete = true;
  const leaveOut = (path: string, reason: RejectReason, detail: string) => {
    isComplete = false;
    files.push({ path: relativeTo(base, path), byteLength: 0, changedAt: 0, reason, detail });
  };
  async function walk(folder: string, depth: number): Promise<void> {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => null);
    if (!entries) return leaveOut(folder, "unreadable", "The folder cannot be read.");
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (files.length >= LIMITS.files) {
        if (isComplete) leaveOut(folder, "too_large", `Only the first ${LIMITS.files} files were looked at.`);
        return;
      }
      if (entry.name.startsWith(".")) continue;
      const path = join(folder, entry.name);
      if (!entry.isDirectory()) {
        if (formatsOfName(entry.name)) files.push(await inspect(base, path));
      } else if (depth < LIMITS.folderDepth) await walk(path, depth + 1);
      else leaveOut(path, "too_large", `Folders lie more than ${LIMITS.folderDepth} deep.`);
    }
  }
  await walk(base, 0);
  return { files, isComplete };
}

const relativeTo = (base: string, path: string) => relative(base, path).split(sep).join("/") || ".";

async function inspect(base: string, path: string): Promise<Candidate> {
  const candidate = { path: relativeTo(base, path), byteLength: 0, changedAt: 0 };
  try {
    const link = await lstat(path);
    if (link.isSymbolicLink()) {
      const target = await realpath(path);
      if (target !== base && !target.startsWith(base + sep)) {
        return { ...candidate, reason: "unreadable", detail: "The link leads out of the folder." };
      }
    }
    const info = await stat(path);
    if (!info.isFile()) return { ...candidate, reason: "unreadable", detail: "It is no regular file." };
    const known = { ...candidate, byteLength: info.size, changedAt: info.ctimeMs };
    if (info.size === 0) return { ...known, reason: "empty" };
    if (info.size > LIMITS.fileBytes) return { ...known, reason: "too_large" };
    return known;
  } catch {
    return { ...candidate, reason: "unreadable" };
  }
}
