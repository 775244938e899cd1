/** Which folder of a package may import what: a declaration, which `violations.ts` holds against its sources. */
export interface Ladder {
  /** The folder whose sources are read, from the root of the repository. */
  readonly root: string;
  /** The package's name; no source of its own names it. */
  readonly name: string;
  /** The export map, pinned: each public entry and its source, or its file where it has none. */
  readonly exports: Readonly<Record<string, string>>;
  /**
   * The places of the package, the lowest rung first: folders, or files without extension; the longest match counts, and in `modules/*`
   * each folder is a place. A file imports from its own place and from lower rungs: the places of one rung do not know each other.
   */
  readonly rungs: readonly (readonly string[])[];
  /** Packages (`node:*` is all of Node) and the places that may import them; `*` is every place. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
  /** Places that stand low, and the only places that may import them. */
  readonly only?: Readonly<Record<string, readonly string[]>>;
  /** What the text of a file may not contain. */
  readonly words?: readonly Ban[];
  /** Folders that are not read: generated code, tests. */
  readonly unread?: readonly string[];
  /** What breaks the ladder, as `from -> to` or `file uses words`, until the reason over them is gone. The list only shrinks. */
  readonly waiting?: Readonly<Record<string, readonly string[]>>;
}

/** Words that only some places may use. */
export interface Ban {
  /** What the words are, such as `the clock`. */
  readonly name: string;
  readonly pattern: RegExp;
  /** Places that may. */
  readonly allowed?: readonly string[];
  /** A file that matches this may, too. */
  readonly unless?: RegExp;
  /** Code that uses them, by which the ban is seen to work. */
  readonly planted: readonly string[];
}

/** The path without its extension. */
export const bare = (path: string): string => path.replace(/\.(?:tsx?|m?js)$/, "");

/** Whether `path` is the place, or lies in it; `modules/*` takes whatever lies in one of the folders of `modules`. */
export function within(path: string, place: string): boolean {
  const parts = bare(path).split("/");
  const names = place.split("/");
  return names.every((name, at) => parts[at] === name || (name === "*" && at < parts.length - 1));
}

/** Where `path` stands: its place, `*` filled in, and its rung; nothing if it stands on no rung. */
export function standing(ladder: Ladder, path: string): { place: string; rung: number } | undefined {
  const found = ladder.rungs
    .flatMap((places, rung) => places.map((place) => ({ place, rung })))
    .filter(({ place }) => within(path, place))
    .sort((a, b) => depth(b.place) - depth(a.place))[0];
  if (!found) return undefined;
  const place = bare(path).split("/").slice(0, found.place.split("/").length).join("/");
  return { place, rung: found.rung };
}

/** A name weighs more than a star at the same depth. */
const depth = (place: string): number => place.split("/").length - (place.includes("*") ? 0.5 : 0);
