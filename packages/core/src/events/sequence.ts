/** Sequence numbers that arrived, as disjoint ranges in rising order, both ends included. */
export type SeqRanges = readonly (readonly [from: number, to: number])[];

/** Ranges beyond this are joined over the smallest gap, which then no longer shows as missing. */
export const MAX_SEQ_RANGES = 200;

/** `ranges` with `seqs`, which may be there already. */
export function addSeqs(ranges: SeqRanges, seqs: readonly number[]): SeqRanges {
  const sorted = [...ranges, ...seqs.map((seq) => [seq, seq] as const)].sort((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = joined.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  while (joined.length > MAX_SEQ_RANGES) {
    let at = 1;
    for (let i = 2; i < joined.length; i++) if (gap(joined, i) < gap(joined, at)) at = i;
    joined[at - 1]![1] = joined[at]![1];
    joined.splice(at, 1);
  }
  return joined;
}

const gap = (ranges: SeqRanges, i: number) => ranges[i]![0] - ranges[i - 1]![1];

/** How many numbers from 1 up to the highest that arrived did not. */
export function missingSeqs(ranges: SeqRanges): number {
  const highest = ranges.at(-1)?.[1] ?? 0;
  return highest - ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}
