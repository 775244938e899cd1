/** A file that an earlier run made a track of. */
export interface KnownFile {
  readonly folder: string;
  readonly path: string;
  /** SHA-256 of the content that the track was made of. */
  readonly contentHash: string;
  readonly trackId: string;
}

/** Which track a file is. */
export type Identity =
  /** The track that was made of this path and content. */
  | { readonly kind: "kept"; readonly trackId: string }
  /** The track of another path that is gone or holds something else now. */
  | { readonly kind: "moved"; readonly trackId: string; readonly from: KnownFile }
  /** The track of this path; its content is new. */
  | { readonly kind: "replaced"; readonly trackId: string }
  | { readonly kind: "new" }
  /** The content of a file that is still there. */
  | { readonly kind: "duplicate"; readonly of: string };

/** What `identify` looks at. */
export interface Sighting {
  readonly folder: string;
  /** Content hash of each readable file, by path. */
  readonly present: ReadonlyMap<string, string>;
  readonly known: readonly KnownFile[];
  /** Whether a known file of another folder is gone. */
  readonly isGone: (file: KnownFile) => boolean;
}

/**
 * Decides which track each present file is. Content comes first: a track follows its content to a new path. A path
 * whose content is new keeps its track and replaces its audio, unless the track went elsewhere with its content.
 * Whatever the order of the files, the result is the same.
 */
export function identify({ folder, present, known, isGone }: Sighting): ReadonlyMap<string, Identity> {
  const result = new Map<string, Identity>();
  const here = new Map(known.filter((file) => file.folder === folder).map((file) => [file.path, file]));
  const byContent = new Map<string, KnownFile[]>();
  for (const file of known) {
    byContent.set(file.contentHash, [...(byContent.get(file.contentHash) ?? []), file]);
  }
  const owners = new Map<string, string>();
  const gone = new Set<string>();
  const paths = [...present.keys()].sort();
  for (const path of paths) {
    const file = here.get(path);
    if (!file || file.contentHash !== present.get(path)) continue;
    result.set(path, { kind: "kept", trackId: file.trackId });
    owners.set(file.contentHash, path);
  }
  const isHeld = (file: KnownFile) =>
    file.folder === folder ? result.get(file.path)?.kind === "kept" : !isGone(file);
  for (const path of paths) {
    if (result.has(path)) continue;
    const content = present.get(path)!;
    const owner = owners.get(content);
    const others = byContent.get(content) ?? [];
    const held = others.find(isHeld);
    if (owner !== undefined || held) {
      result.set(path, { kind: "duplicate", of: owner ?? held!.path });
      continue;
    }
    const from = others[0];
    owners.set(content, path);
    if (!from) continue;
    gone.add(from.trackId);
    result.set(path, { kind: "moved", trackId: from.trackId, from });
  }
  for (const path of paths) {
    if (result.has(path)) continue;
    const file = here.get(path);
    const isOwn = file !== undefined && !gone.has(file.trackId);
    result.set(path, isOwn ? { kind: "replaced", trackId: file.trackId } : { kind: "new" });
  }
  return result;
}

/**
 * Where a known file is noted whose path now belongs to another track and whose content is nowhere: no scan finds a
 * hidden folder, and the content may come back.
 */
export function displacedPath({ trackId, path }: Pick<KnownFile, "trackId" | "path">): string {
  return `${DISPLACED}${trackId}/${path}`;
}

/** The path that a displaced file had, or the path itself. */
export function originalPath(path: string): string {
  return path.startsWith(DISPLACED) ? path.slice(path.indexOf("/", DISPLACED.length) + 1) : path;
}

const DISPLACED = ".gone/";
