import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { LIMITS } from "./limits";
import type { RejectReason } from "./master-rejected";
import { formatsOfName } from "./sniff";

/** A file of the folder that looks like a master. */
export interface Candidate {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly byteLength: number;
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt: number;
  /** Set when the file is refused without being opened. */
  readonly reason?: RejectReason;
  readonly detail?: string;
}

/**
 * Lists the masters below `root` in a fixed order. Nothing outside `root` is followed, nothing but regular files is
 * opened, hidden entries are passed over.
 */
export async function scanFolder(root: string): Promise<readonly Candidate[]> {
  const base = await realpath(root);
  const found: Candidate[] = [];
  async function walk(folder: string, depth: number): Promise<void> {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (found.length >= LIMITS.files) return;
      if (entry.name.startsWith(".")) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory() && depth < LIMITS.folderDepth) await walk(path, depth + 1);
      else if (!entry.isDirectory() && formatsOfName(entry.name)) found.push(await inspect(base, path));
    }
  }
  await walk(base, 0);
  return found;
}

async function inspect(base: string, path: string): Promise<Candidate> {
  const candidate = { path: relative(base, path).split(sep).join("/"), byteLength: 0, modifiedAt: 0 };
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
    const known = { ...candidate, byteLength: info.size, modifiedAt: Math.floor(info.mtimeMs) };
    if (info.size === 0) return { ...known, reason: "empty" };
    if (info.size > LIMITS.fileBytes) return { ...known, reason: "too_large" };
    return known;
  } catch {
    return { ...candidate, reason: "unreadable" };
  }
}
