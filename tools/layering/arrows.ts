import { posix } from "node:path";
import { bare } from "./ladder";
import type { SourceFile } from "./sources";

/** An import: from a source to another source, to an asset, or to a package. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** Whether `to` is a path of this package, not the name of another. */
  readonly inside: boolean;
}

export const nameOf = ({ from, to }: Arrow): string => `${from} -> ${to}`;

/** Every import of `files`, relative ones resolved to the paths of sources where such sources are. */
export function arrowsOf(files: readonly SourceFile[]): Arrow[] {
  const sources = new Map<string, string>();
  for (const { path } of files) {
    sources.set(bare(path), path);
    if (posix.basename(bare(path)) === "index") sources.set(posix.dirname(path), path);
  }
  return files.flatMap(({ path, imports }) =>
    imports.map((name): Arrow => {
      if (!name.startsWith(".")) return { from: path, to: name, inside: false };
      const to = posix.join(posix.dirname(path), name.replace(/[?#].*$/, ""));
      return { from: path, to: sources.get(to) ?? sources.get(bare(to)) ?? to, inside: true };
    }),
  );
}
