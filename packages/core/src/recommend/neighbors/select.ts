/**
 * Moves the elements of [start, end) so that those before `middle` have keys no larger than those from `middle`
 * on; `values` move along. Quickselect (Hoare 1961) with the median of three; an input that keeps defeating it
 * is sorted instead, so the time stays within n log n.
 */
export function selectSmallest(
  keys: Float32Array,
  values: Uint32Array,
  start: number,
  end: number,
  middle: number,
): void {
  let low = start;
  let high = end - 1;
  let patience = 8 + 3 * Math.ceil(Math.log2(Math.max(2, end - start)));
  while (low < high) {
    if (patience-- === 0) {
      sortByKey(keys, values, low, high + 1);
      return;
    }
    const pivot = medianOfThree(keys[low]!, keys[(low + high) >>> 1]!, keys[high]!);
    let i = low;
    let j = high;
    while (i <= j) {
      while (keys[i]! < pivot) i++;
      while (keys[j]! > pivot) j--;
      if (i > j) break;
      const key = keys[i]!;
      keys[i] = keys[j]!;
      keys[j] = key;
      const value = values[i]!;
      values[i] = values[j]!;
      values[j] = value;
      i++;
      j--;
    }
    if (middle <= j) high = j;
    else if (middle >= i) low = i;
    else return;
  }
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function sortByKey(keys: Float32Array, values: Uint32Array, start: number, end: number): void {
  const places = Uint32Array.from({ length: end - start }, (_, at) => start + at);
  places.sort((a, b) => keys[a]! - keys[b]! || a - b);
  const sortedKeys = Float32Array.from(places, (at) => keys[at]!);
  const sortedValues = Uint32Array.from(places, (at) => values[at]!);
  keys.set(sortedKeys, start);
  values.set(sortedValues, start);
}
