import { SegueError } from "../../errors/segue-error";
import type { ItemSpace } from "../item-space";
import type { NeighborIndex } from "../neighbors/neighbor-index";
import { wholeNumber } from "../refuse";
import { likest, type Reason, soundsLike } from "../selection/reason";
import type { TrackTable } from "../tracks/track-table";
import { type FusedTrack, fuse, type RankedList } from "./fuse";

/** Nearness by one signal. */
export interface SimilaritySpace {
  /** `collaborative` and `text` by cosine over unit vectors, `audio` by squared distance. */
  readonly signal: "collaborative" | "text" | "audio";
  readonly space: ItemSpace;
  readonly index: NeighborIndex;
  /** As `rowsById` gives it. */
  readonly rowOf: ReadonlyMap<string, number>;
  /** Default 1. */
  readonly weight?: number;
}

export interface SimilarRequest {
  readonly table: TrackTable;
  readonly spaces: readonly SimilaritySpace[];
  /** Whether a track may come. Default: all. */
  readonly accept?: (track: string) => boolean;
  /** Default 20. */
  readonly count?: number;
}

const POOL = 4;

/**
 * The tracks most like `track`, by every signal that knows it, fused by rank; one of a recording, never the track itself.
 * @throws SegueError `no_seed` when no signal knows the track; `invalid_argument`
 */
export function similarTracks(track: string, request: SimilarRequest): readonly FusedTrack[] {
  const count = wholeNumber("count", request.count ?? 20, 1, 10_000);
  const lists = request.spaces.flatMap((space) => {
    const row = space.rowOf.get(track);
    return row === undefined ? [] : [listAround(space, row, count, request)];
  });
  if (lists.length === 0) throw new SegueError("no_seed", { detail: `No signal knows ${track}.` });
  return oneOfEachRecording(fuse(lists, POOL * count * lists.length), request.table, [track]).slice(0, count);
}

function listAround(
  { index, signal, space, weight = 1 }: SimilaritySpace,
  row: number,
  count: number,
  { accept = () => true }: SimilarRequest,
): RankedList {
  const { dimensions, ids, vectors } = space;
  const center = vectors.slice(row * dimensions, (row + 1) * dimensions);
  const near = index.search(center, POOL * count, (each) => each !== row && accept(ids[each]!)).rows;
  const found = new Map(Array.from(near, (each) => [ids[each]!, each]));
  const reason = (track: string): Reason => {
    const each = found.get(track)!;
    if (signal === "audio") return soundsLike(space, each, center);
    return signal === "text"
      ? { signal: "text", names: [], tracks: [ids[row]!] }
      : likest(space, each, [row]);
  };
  return { tracks: [...found.keys()], weight, reason };
}

/** Without the recordings of `absent`, and of each recording the first. */
export function oneOfEachRecording(
  tracks: readonly FusedTrack[],
  table: TrackTable,
  absent: Iterable<string>,
): readonly FusedTrack[] {
  const recordingOf = (track: string) => {
    const row = table.rowOf.get(track);
    return row === undefined ? track : table.recordings[row]!;
  };
  const seen = new Set([...absent].map(recordingOf));
  return tracks.filter(({ track }) => {
    const recording = recordingOf(track);
    if (seen.has(recording)) return false;
    seen.add(recording);
    return true;
  });
}
