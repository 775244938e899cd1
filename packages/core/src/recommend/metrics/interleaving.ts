import { randomStream } from "../random";
import { wholeNumber } from "../refuse";

/** A place of an interleaved list. */
export interface InterleavedTrack {
  readonly track: string;
  /** The list that it counts for. */
  readonly team: "a" | "b";
}

/**
 * Team-draft interleaving (Radlinski, Kurup and Joachims 2008) of two rankings into one list of at most `count` tracks: in every round a
 * coin decides which list goes first, and each adds its best track that is not there yet. Comparing how often the tracks of each team are
 * played says which ranking listeners prefer, with far fewer of them than two separate groups need.
 */
export function interleave(
  a: readonly string[],
  b: readonly string[],
  count: number,
  seed: number,
): readonly InterleavedTrack[] {
  wholeNumber("count", count, 0, 2 ** 31 - 1);
  const random = randomStream(seed);
  const chosen: InterleavedTrack[] = [];
  const there = new Set<string>();
  const at = { a: 0, b: 0 };
  const add = (team: "a" | "b", list: readonly string[]) => {
    while (at[team] < list.length && there.has(list[at[team]]!)) at[team]++;
    const track = list[at[team]];
    if (track === undefined || chosen.length === count) return;
    there.add(track);
    chosen.push({ track, team });
  };
  for (let before = -1; before !== chosen.length && chosen.length < count; ) {
    before = chosen.length;
    const first = random.uint32() >>> 31 === 0 ? "a" : "b";
    const second = first === "a" ? "b" : "a";
    add(first, first === "a" ? a : b);
    add(second, second === "a" ? a : b);
  }
  return chosen;
}

/** Which of two interleaved rankings won with one listener: the difference of its plays from the other's, above 0 for `a`. */
export function interleavingCredit(list: readonly InterleavedTrack[], played: ReadonlySet<string>): number {
  return list.reduce((sum, { team, track }) => sum + (played.has(track) ? (team === "a" ? 1 : -1) : 0), 0);
}
