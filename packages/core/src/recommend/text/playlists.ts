import { SegueError } from "../../errors/segue-error";

/** A playlist as a training example. */
export interface NamedPlaylist {
  readonly name?: string;
  /** Tracks in order; a track that comes again is passed over. */
  readonly trackIds: readonly string[];
}

/** Playlists over a vocabulary of tracks. */
export interface PlaylistCorpus {
  /** Tracks that are in enough playlists, by id. */
  readonly ids: readonly string[];
  /** Playlists each of them is in. */
  readonly counts: Uint32Array;
  /** Rows of `ids`, playlist by playlist; playlist i is `rows[starts[i] … starts[i+1])`. */
  readonly rows: Uint32Array;
  readonly starts: Uint32Array;
  readonly names: readonly (string | undefined)[];
}

/**
 * Counts tracks and drops those that are in fewer than `minCount` playlists.
 * @throws SegueError `invalid_argument` when `minCount` is not an integer above 0.
 */
export function playlistCorpus(playlists: readonly NamedPlaylist[], minCount = 3): PlaylistCorpus {
  if (!Number.isInteger(minCount) || minCount < 1)
    throw new SegueError("invalid_argument", {
      detail: `minCount is ${minCount}; give an integer of at least 1.`,
    });
  const found = new Map<string, number>();
  for (const { trackIds } of playlists)
    for (const id of new Set(trackIds)) found.set(id, (found.get(id) ?? 0) + 1);
  const ids = [...found.keys()].filter((id) => found.get(id)! >= minCount).sort();
  const rowOf = new Map(ids.map((id, row) => [id, row]));
  const starts = new Uint32Array(playlists.length + 1);
  const rows = new Uint32Array(ids.reduce((sum, id) => sum + found.get(id)!, 0));
  let places = 0;
  for (const [index, { trackIds }] of playlists.entries()) {
    for (const id of new Set(trackIds)) {
      const row = rowOf.get(id);
      if (row !== undefined) rows[places++] = row;
    }
    starts[index + 1] = places;
  }
  return {
    ids,
    counts: Uint32Array.from(ids, (id) => found.get(id)!),
    rows,
    starts,
    names: playlists.map(({ name }) => name),
  };
}
