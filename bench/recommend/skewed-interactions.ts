import { randomStream, type SparseRows } from "@segue/core/recommend";

/** About `entries` plays, as many per user, of items that get rarer with their number; each pair once. */
export function skewedInteractions(
  users: number,
  items: number,
  entries: number,
): { readonly users: string[]; readonly items: string[]; readonly byUser: SparseRows } {
  const random = randomStream(1);
  const perUser = Math.round(entries / users);
  const offsets = new Int32Array(users + 1);
  const columns = new Int32Array(users * perUser);
  let at = 0;
  for (let user = 0; user < users; user++) {
    const played = new Set<number>();
    for (let n = 0; n < perUser; n++) played.add(Math.floor(items * random.unit() ** 2));
    const sorted = Int32Array.from(played).sort();
    columns.set(sorted, at);
    at += sorted.length;
    offsets[user + 1] = at;
  }
  const names = (letter: string, count: number) => Array.from({ length: count }, (_, n) => `${letter}${n}`);
  const weights = new Float32Array(at).fill(1);
  return {
    users: names("u", users),
    items: names("i", items),
    byUser: { offsets, columns: columns.slice(0, at), weights },
  };
}
