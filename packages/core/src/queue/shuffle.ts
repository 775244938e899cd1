/** 32-bit FNV-1a of `text`, begun from `seed`, with a final avalanche (fmix32 of MurmurHash3). */
function hash32(seed: number, text: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * A seeded permutation of `uids` with `first` in front. Each uid's place depends on the seed and itself alone,
 * so an item that is added or removed leaves the others in their order.
 */
export function shuffledOrder(
  uids: readonly string[],
  seed: number,
  first: string | null,
): readonly string[] {
  const keyed = uids.map((uid) => ({ uid, key: hash32(seed, uid) }));
  keyed.sort((a, b) => a.key - b.key || (a.uid < b.uid ? -1 : 1));
  const order = keyed.map((entry) => entry.uid);
  return first === null || !uids.includes(first) ? order : [first, ...order.filter((uid) => uid !== first)];
}
