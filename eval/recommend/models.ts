import {
  type IalsOptions,
  type Interactions,
  type ItemSpace,
  type KernelPoolPort,
  loadKernel,
  MemoryPlan,
  popularity,
  refreshUsers,
  rowOf,
  scoreKernel,
  trainEase,
  trainIals,
} from "@segue/core/recommend";
import type { Scorer } from "./measure";

/** A trained model as the evaluation uses it. */
export interface Trained {
  /** Scores for the users of `histories`, whose items are those of the training in the same order. */
  scorerFor(histories: Interactions): Promise<Scorer>;
  /** Item factors, for diversity; null for models without. */
  readonly space: ItemSpace | null;
}

/** A family of models: its settings to try, and how one is trained. */
export interface Family<S> {
  readonly name: string;
  readonly settings: readonly S[];
  describe(settings: S): string;
  train(data: Interactions, settings: S): Promise<Trained>;
}

export const popularityFamily: Family<null> = {
  name: "popularity",
  settings: [null],
  describe: () => "",
  async train(data) {
    const counts = popularity(data);
    return { scorerFor: async () => () => counts, space: null };
  },
};

export function easeFamily(lambdas: readonly number[]): Family<number> {
  return {
    name: "EASE",
    settings: lambdas,
    describe: (lambda) => `lambda ${lambda}`,
    async train(data, lambda) {
      const model = trainEase(data, lambda);
      const wanted = (histories: Interactions, user: number) => {
        const { columns, weights } = rowOf(histories.byUser, user);
        return columns.filter((_, entry) => weights[entry]! > 0);
      };
      const scorerFor = async (histories: Interactions): Promise<Scorer> => {
        return (user) => model.score(wanted(histories, user));
      };
      return { scorerFor, space: null };
    },
  };
}

export function ialsFamily(
  settings: readonly Partial<IalsOptions>[],
  pool: KernelPoolPort,
): Family<Partial<IalsOptions>> {
  return {
    name: "iALS",
    settings,
    describe: ({ dimensions, unseenWeight, regularization, epochs }) =>
      `k ${dimensions} a0 ${unseenWeight} lambda ${regularization} epochs ${epochs}`,
    async train(data, options) {
      const model = await trainIals(data, options, { pool });
      // Folding in gives users of the training the vectors that they have, and others theirs.
      const scorerFor = async (histories: Interactions) =>
        factorScorer(await refreshUsers(model, histories, { pool }), model.items, pool);
      return { scorerFor, space: model.items };
    },
  };
}

/** Scores by dot products in the compiled kernel. The array is used again for the next user. */
async function factorScorer(users: ItemSpace, items: ItemSpace, pool: KernelPoolPort): Promise<Scorer> {
  const d = items.dimensions;
  const stride = Math.ceil(d / 4) * 4;
  const count = items.ids.length;
  const plan = new MemoryPlan();
  const [query, rows, out] = [plan.reserve(stride), plan.reserve(count * stride), plan.reserve(count)];
  const memory = plan.create(pool.wasm, false);
  const { scoreRows } = await loadKernel(pool.wasm, scoreKernel, memory, false);
  const block = new Float32Array(memory.buffer, rows, count * stride);
  for (let row = 0; row < count; row++) block.set(items.vectors.subarray(row * d, row * d + d), row * stride);
  const vector = new Float32Array(memory.buffer, query, stride);
  const scores = new Float32Array(memory.buffer, out, count);
  return (user) => {
    vector.set(users.vectors.subarray(user * d, user * d + d));
    scoreRows!(query, rows, count, stride, out);
    return scores;
  };
}
