// Arrays of 64-bit keys: what is compared in the upper half, whom it belongs to in the lower.

/** Moves `key` down from place `at` of a max-heap of `count` keys. */
// @ts-ignore: decorator
@inline
export function sink(heap: usize, from: i32, count: i32, key: u64): void {
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= count) break;
    let largest = load<u64>(heap + (<usize>child << 3));
    if (child + 1 < count) {
      const other = load<u64>(heap + (<usize>child << 3), 8);
      if (other > largest) {
        largest = other;
        child++;
      }
    }
    if (largest < key) break;
    store<u64>(heap + (<usize>at << 3), largest);
    at = child;
  }
  store<u64>(heap + (<usize>at << 3), key);
}

/** Puts the keys of a max-heap into ascending order. */
export function drain(heap: usize, count: i32): void {
  for (let end = count - 1; end > 0; end--) {
    const key = load<u64>(heap + (<usize>end << 3));
    store<u64>(heap + (<usize>end << 3), load<u64>(heap));
    sink(heap, 0, end, key);
  }
}

/** Sorts ascending: quicksort with the median of three, short runs by insertion. */
export function sort(keys: usize, from: i32, to: i32): void {
  let low = from;
  let high = to - 1;
  while (high - low > 16) {
    const pivot = middleKey(keys, low, high);
    let i = low;
    let j = high;
    while (i <= j) {
      while (load<u64>(keys + (<usize>i << 3)) < pivot) i++;
      while (load<u64>(keys + (<usize>j << 3)) > pivot) j--;
      if (i > j) break;
      exchange(keys + (<usize>i << 3), keys + (<usize>j << 3));
      i++;
      j--;
    }
    if (j - low < high - i) {
      sort(keys, low, j + 1);
      low = i;
    } else {
      sort(keys, i, high + 1);
      high = j;
    }
  }
  for (let at = low + 1; at <= high; at++) {
    const key = load<u64>(keys + (<usize>at << 3));
    let place = at;
    for (; place > low; place--) {
      const other = load<u64>(keys + (<usize>(place - 1) << 3));
      if (other <= key) break;
      store<u64>(keys + (<usize>place << 3), other);
    }
    store<u64>(keys + (<usize>place << 3), key);
  }
}

/** Reorders `count` keys so that the `k` largest come first, and returns the smallest of those; 0 < k <= count. */
export function selectLargest(keys: usize, count: i32, k: i32): u64 {
  let low = 0;
  let high = count - 1;
  const wanted = k - 1;
  while (low < high) {
    const pivot = middleKey(keys, low, high);
    let i = low;
    let j = high;
    while (i <= j) {
      while (load<u64>(keys + (<usize>i << 3)) > pivot) i++;
      while (load<u64>(keys + (<usize>j << 3)) < pivot) j--;
      if (i > j) break;
      exchange(keys + (<usize>i << 3), keys + (<usize>j << 3));
      i++;
      j--;
    }
    if (wanted <= j) high = j;
    else if (wanted >= i) low = i;
    else break;
  }
  return load<u64>(keys + (<usize>wanted << 3));
}

// @ts-ignore: decorator
@inline
function exchange(a: usize, b: usize): void {
  const key = load<u64>(a);
  store<u64>(a, load<u64>(b));
  store<u64>(b, key);
}

// @ts-ignore: decorator
@inline
function middleKey(keys: usize, low: i32, high: i32): u64 {
  const a = load<u64>(keys + (<usize>low << 3));
  const b = load<u64>(keys + (<usize>((low + high) >>> 1) << 3));
  const c = load<u64>(keys + (<usize>high << 3));
  return max(min(a, b), min(max(a, b), c));
}
