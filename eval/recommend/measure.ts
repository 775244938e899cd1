import {
  coverage,
  exposure,
  gini,
  type Interactions,
  type ItemSpace,
  intraListDiversity,
  ndcgAt,
  novelty,
  popularity,
  precisionAt,
  recallAt,
  topItems,
} from "@segue/core/recommend";

/** Scores of every item for a user, a row of the histories that the scorer was made for. */
export type Scorer = (user: number) => ArrayLike<number>;

/** Means over all users who have something to find. */
export interface Measured {
  readonly users: number;
  readonly "precision@10": number;
  readonly "recall@10": number;
  readonly "ndcg@10": number;
  /** Of min(k, |relevant|), as Liang et al. count. */
  readonly "recall@20": number;
  readonly "recall@50": number;
  readonly "ndcg@100": number;
  readonly "coverage@20": number;
  readonly "gini@20": number;
  readonly "novelty@20": number;
  /** Mean 1 − cosine within the first 20, in a space of item factors; 0 without one. */
  readonly "diversity@20": number;
}

export type Metric = Exclude<keyof Measured, "users">;

const LIST = 100;
const CATALOG_LIST = 20;

/** What a model is measured by. */
export interface Exam {
  /** Who is asked about, and what the model may know of them. Items are those of the training in the same order. */
  readonly histories: Interactions;
  /** Item ids that turned out to be wanted, by user id. Items that training lacks count as missed. */
  readonly relevant: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Ranks all items that a user has not had, and compares with what was relevant. */
export function measure(
  train: Interactions,
  { histories: data, relevant }: Exam,
  score: Scorer,
  space: ItemSpace | null,
): Measured {
  const sums = new Map<string, number>();
  const add = (name: string, value: number) => sums.set(name, (sums.get(name) ?? 0) + value);
  const lists: Uint32Array[] = [];
  const known = popularity(train);
  let users = 0;
  for (const [user, id] of data.users.entries()) {
    const wanted = relevant.get(id);
    if (!wanted || wanted.size === 0) continue;
    users++;
    const had = new Set(
      data.byUser.columns.subarray(data.byUser.offsets[user]!, data.byUser.offsets[user + 1]!),
    );
    const ranked = topItems(score(user), data.items, LIST, (row) => had.has(row)).map(({ row }) => row);
    const ids = ranked.map((row) => data.items[row]!);
    add("precision@10", precisionAt(ids, wanted, 10));
    add("recall@10", recallAt(ids, wanted, 10));
    add("ndcg@10", ndcgAt(ids, wanted, 10));
    add("recall@20", recallAt(ids, wanted, 20, "reachable"));
    add("recall@50", recallAt(ids, wanted, 50, "reachable"));
    add("ndcg@100", ndcgAt(ids, wanted, 100));
    const shown = Uint32Array.from(ranked.slice(0, CATALOG_LIST));
    add("novelty@20", novelty(shown, known, train.users.length));
    if (space) add("diversity@20", intraListDiversity(shown, space));
    lists.push(shown);
  }
  const counts = exposure(lists, data.items.length);
  const mean = (name: Metric) => (users === 0 ? 0 : (sums.get(name) ?? 0) / users);
  return {
    users,
    "precision@10": mean("precision@10"),
    "recall@10": mean("recall@10"),
    "ndcg@10": mean("ndcg@10"),
    "recall@20": mean("recall@20"),
    "recall@50": mean("recall@50"),
    "ndcg@100": mean("ndcg@100"),
    "coverage@20": coverage(counts),
    "gini@20": gini(counts),
    "novelty@20": mean("novelty@20"),
    "diversity@20": mean("diversity@20"),
  };
}
