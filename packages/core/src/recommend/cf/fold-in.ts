import type { ItemSpace } from "../item-space";
import { refuse } from "../refuse";
import { compactFactors, emptyFactors, factorsOf, penaltiesOf } from "./factors";
import { plainEngine, type Side } from "./ials-engine";
import { kernelEngine } from "./ials-kernel";
import type { IalsModel } from "./ials-model";
import { rowPenalty } from "./ials-options";
import { checkWeight, type Interactions, type SparseRows } from "./interactions";
import { gramMatrix, solveRowExact } from "./least-squares";
import type { IalsTraining } from "./train-ials";

/** What one user did with one item; `weight` as in `Interaction`. */
export interface HistoryEntry {
  readonly item: string;
  readonly weight: number;
}

/** A user who was not in training, or whose history changed since. */
export interface FoldedUser {
  /** All zeros when no item of the history is known: every item then scores 0. */
  readonly vector: Float32Array;
  /** How many of the history's items the model knows. */
  readonly known: number;
}

/**
 * Makes the function that finds a user's vector from a history with one exact solve; the items stand still. Items that the
 * model does not know are passed over. The function throws `invalid_argument` for an item twice and for a weight that is
 * not allowed.
 */
export function foldIn(model: IalsModel): (history: Iterable<HistoryEntry>) => FoldedUser {
  const other = factorsOf(model.items);
  const gram = gramMatrix(other, model.options.unseenWeight);
  const rows = new Map(model.items.ids.map((id, row) => [id, row]));
  return (history) => {
    const entries = new Map<number, number>();
    const seen = new Set<string>();
    for (const { item, weight } of history) {
      checkWeight(weight, item);
      if (seen.has(item)) refuse(`${item} occurs twice in the history.`);
      seen.add(item);
      const row = rows.get(item);
      if (row !== undefined) entries.set(row, Math.fround(weight));
    }
    // Ascending, as in training, so that sums have the same order.
    const columns = [...entries.keys()].sort((a, b) => a - b);
    const weights = columns.map((column) => entries.get(column)!);
    const penalty = Math.fround(rowPenalty(model.options, columns.length, other.rows));
    const solution = solveRowExact({ columns, weights, penalty, gram, other });
    return { vector: Float32Array.from(solution), known: columns.length };
  };
}

/** `data`'s rows with the columns of `items`, leaving out items that are not among them. */
function ontoItems(data: Interactions, items: ItemSpace): SparseRows {
  const { offsets, columns, weights } = data.byUser;
  const alike =
    data.items.length === items.ids.length && data.items.every((id, row) => id === items.ids[row]);
  if (alike) return data.byUser;
  const rows = new Map(items.ids.map((id, row) => [id, row]));
  const target = Int32Array.from(data.items, (id) => rows.get(id) ?? -1);
  const out = {
    offsets: new Int32Array(offsets.length),
    columns: new Int32Array(columns.length),
    weights: new Float32Array(columns.length),
  };
  let at = 0;
  for (let user = 0; user + 1 < offsets.length; user++) {
    const entries: number[] = [];
    for (let entry = offsets[user]!; entry < offsets[user + 1]!; entry++)
      if (target[columns[entry]!]! >= 0) entries.push(entry);
    // Ascending, as in training, so that sums have the same order.
    entries.sort((a, b) => target[columns[a]!]! - target[columns[b]!]!);
    for (const entry of entries) {
      out.columns[at] = target[columns[entry]!]!;
      out.weights[at++] = weights[entry]!;
    }
    out.offsets[user + 1] = at;
  }
  return { offsets: out.offsets, columns: out.columns.slice(0, at), weights: out.weights.slice(0, at) };
}

/**
 * The vectors of all users of `data` by one exact solve each, on as many threads as `training.pool` has; items that the model
 * does not know are passed over. This is how a batch refreshes everybody between two trainings.
 * Throws `kernel_unavailable` with `training.pool`.
 */
export async function refreshUsers(
  model: IalsModel,
  data: Interactions,
  training: Pick<IalsTraining, "pool"> = {},
): Promise<ItemSpace> {
  const options = { ...model.options, solver: "exact" as const };
  const entries = ontoItems(data, model.items);
  const users: Side = {
    entries,
    factors: emptyFactors(data.users.length, options.dimensions),
    penalties: penaltiesOf(entries, model.items.ids.length, options),
  };
  const none = {
    offsets: new Int32Array(model.items.ids.length + 1),
    columns: new Int32Array(0),
    weights: new Float32Array(0),
  };
  const items: Side = {
    entries: none,
    factors: factorsOf(model.items),
    penalties: new Float32Array(model.items.ids.length),
  };
  const engine = training.pool ? await kernelEngine(users, items, training.pool) : plainEngine(users, items);
  try {
    await engine.halfStep("users", options);
    return { ids: data.users, dimensions: options.dimensions, vectors: compactFactors(engine.users.factors) };
  } finally {
    await engine.close();
  }
}
