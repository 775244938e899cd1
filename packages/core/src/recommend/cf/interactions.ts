import { MAX_ROWS } from "../item-space";
import { refuse } from "../refuse";

/** Who did what: one user, one item, and how sure it is that the user wants it. */
export interface Interaction {
  readonly user: string;
  readonly item: string;
  /** Positive: wanted, with this confidence. Negative: seen and not wanted, with the confidence |weight|. Never 0. */
  readonly weight: number;
}

/** Rows of a sparse matrix: entries `offsets[r]` to `offsets[r + 1]` belong to row r, in rising order of their columns. */
export interface SparseRows {
  readonly offsets: Int32Array;
  readonly columns: Int32Array;
  readonly weights: Float32Array;
}

/** All interactions, by user and by item. Row numbers are positions in `users` and `items`. */
export interface Interactions {
  readonly users: readonly string[];
  readonly items: readonly string[];
  readonly byUser: SparseRows;
  readonly byItem: SparseRows;
}

/** The largest confidence: its square and the sums over many entries stay far from the end of float32. */
export const MAX_WEIGHT = 1e6;

/** Throws `invalid_argument` unless a weight is finite, not 0 and within ±1e6. */
export function checkWeight(weight: number, where: string): void {
  // Smaller sizes vanish in float32 and would count as an entry without weight.
  if (!(Math.abs(weight) <= MAX_WEIGHT && Math.abs(weight) >= 1e-12))
    refuse(`The weight of ${where} is a finite number other than 0 within ±${MAX_WEIGHT}, not ${weight}.`);
}

/** How many entries there are. */
export const entryCount = (rows: SparseRows): number => rows.columns.length;

/** The entries of a row: columns and weights, without copying. */
export function rowOf(rows: SparseRows, row: number): { columns: Int32Array; weights: Float32Array } {
  const start = rows.offsets[row]!;
  const end = rows.offsets[row + 1]!;
  return { columns: rows.columns.subarray(start, end), weights: rows.weights.subarray(start, end) };
}

/** The same matrix with rows and columns exchanged. */
export function transpose(rows: SparseRows, columnCount: number): SparseRows {
  const offsets = new Int32Array(columnCount + 1);
  for (const column of rows.columns) offsets[column + 1]!++;
  for (let i = 0; i < columnCount; i++) offsets[i + 1]! += offsets[i]!;
  const columns = new Int32Array(rows.columns.length);
  const weights = new Float32Array(rows.columns.length);
  const next = offsets.slice();
  for (let row = 0; row + 1 < rows.offsets.length; row++)
    for (let entry = rows.offsets[row]!; entry < rows.offsets[row + 1]!; entry++) {
      const at = next[rows.columns[entry]!]!++;
      columns[at] = row;
      weights[at] = rows.weights[entry]!;
    }
  return { offsets, columns, weights };
}

/** Gives each id a number, in the order of first use. */
class Numbering {
  readonly ids: string[];
  readonly #numbers = new Map<string, number>();
  constructor(kind: string, known: readonly string[]) {
    this.ids = [...known];
    for (const [number, id] of known.entries()) this.#numbers.set(id, number);
    if (this.#numbers.size !== known.length) refuse(`A ${kind} occurs twice.`);
  }
  of(id: string): number {
    let number = this.#numbers.get(id);
    if (number === undefined) {
      number = this.ids.length;
      this.ids.push(id);
      this.#numbers.set(id, number);
    }
    return number;
  }
}

/**
 * Interactions as a matrix. Several of one user with one item count as one, with their weights added; a pair whose weights
 * cancel out is left out. `known` names users and items that exist even without interactions; they come first.
 * Throws `invalid_argument` for a weight that is not finite, 0 or beyond ±1e6, an id that is known twice, and more
 * than 2^31 − 1 entries.
 */
export function buildInteractions(
  entries: Iterable<Interaction>,
  known: { readonly users?: readonly string[]; readonly items?: readonly string[] } = {},
): Interactions {
  const users = new Numbering("user", known.users ?? []);
  const items = new Numbering("item", known.items ?? []);
  const rows: Map<number, number>[] = [];
  for (const { user, item, weight } of entries) {
    checkWeight(weight, `${user} and ${item}`);
    const number = users.of(user);
    let row = rows[number];
    if (row === undefined) row = rows[number] = new Map();
    const column = items.of(item);
    row.set(column, (row.get(column) ?? 0) + weight);
  }
  const kept = users.ids.map((_, user) => {
    const row = [...(rows[user] ?? [])].filter(([, weight]) => Math.abs(weight) >= 1e-12);
    for (const [column, weight] of row) checkWeight(weight, `${users.ids[user]} and ${items.ids[column]}`);
    return row.sort(([a], [b]) => a - b);
  });
  const total = kept.reduce((sum, row) => sum + row.length, 0);
  if (total > MAX_ROWS) refuse(`There are ${total} interactions; one matrix holds ${MAX_ROWS}.`);
  const offsets = new Int32Array(users.ids.length + 1);
  const columns = new Int32Array(total);
  const weights = new Float32Array(total);
  let at = 0;
  for (const [user, row] of kept.entries()) {
    for (const [column, weight] of row) {
      columns[at] = column;
      weights[at++] = weight;
    }
    offsets[user + 1] = at;
  }
  const byUser = { offsets, columns, weights };
  return { users: users.ids, items: items.ids, byUser, byItem: transpose(byUser, items.ids.length) };
}

/**
 * Interactions from rows that were built elsewhere, for data too large for objects. Throws `invalid_argument` when offsets do
 * not rise from 0 to the number of entries, a row's columns do not rise, or a weight is not allowed.
 */
export function interactionsOf(
  users: readonly string[],
  items: readonly string[],
  byUser: SparseRows,
): Interactions {
  if (new Set(users).size !== users.length) refuse("A user occurs twice.");
  if (new Set(items).size !== items.length) refuse("An item occurs twice.");
  const { offsets, columns, weights } = byUser;
  const fits =
    offsets.length === users.length + 1 &&
    offsets[0] === 0 &&
    offsets[users.length] === columns.length &&
    weights.length === columns.length;
  if (!fits) refuse("Offsets, columns and weights do not fit together.");
  for (let user = 0; user < users.length; user++) {
    if (offsets[user]! > offsets[user + 1]!) refuse(`The entries of user ${user} end before they begin.`);
    let before = -1;
    for (let entry = offsets[user]!; entry < offsets[user + 1]!; entry++) {
      const column = columns[entry]!;
      if (column <= before || column >= items.length) refuse(`User ${user} has columns out of order.`);
      checkWeight(weights[entry]!, `user ${user} and item ${column}`);
      before = column;
    }
  }
  return { users, items, byUser, byItem: transpose(byUser, items.length) };
}
