import type { Neighbors } from "./neighbor-index";

/**
 * The `k` nearest accepted rows from a search that knows no filter: more and more are asked for until enough are
 * accepted. Exact when `search` is; when a filter accepts one row in m it costs a search for about m · k rows.
 * @param search gives the nearest `wanted` rows, at most `size`.
 */
export function filteredSearch(
  size: number,
  k: number,
  accept: ((row: number) => boolean) | undefined,
  search: (wanted: number) => Neighbors,
): Neighbors {
  if (!accept || k === 0) return search(Math.min(k, size));
  for (let wanted = k + (k >> 1) + 16; ; wanted *= 4) {
    const { rows, distances } = search(Math.min(wanted, size));
    const places: number[] = [];
    for (let at = 0; at < rows.length && places.length < k; at++) if (accept(rows[at]!)) places.push(at);
    if (places.length === k || wanted >= size)
      return {
        rows: Uint32Array.from(places, (at) => rows[at]!),
        distances: Float32Array.from(places, (at) => distances[at]!),
      };
  }
}
