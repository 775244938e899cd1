import type { ItemSpace } from "../item-space";
import type { KernelPoolPort } from "../kernels/kernel-pool";
import { randomStream, seedOf } from "../random";
import { refuse } from "../refuse";
import { compactFactors, emptyFactors, type Factors, penaltiesOf } from "./factors";
import { type IalsEngine, plainEngine, type Side } from "./ials-engine";
import { kernelEngine } from "./ials-kernel";
import { ialsLoss } from "./ials-loss";
import { type IalsModel, ialsModel } from "./ials-model";
import { type IalsOptions, ialsOptions } from "./ials-options";
import type { Interactions, SparseRows } from "./interactions";

/** What is known after an epoch. */
export interface IalsProgress {
  /** Epochs done, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** The loss now; computed when called, as long as an epoch of plain training over the entries. */
  loss(): number;
}

/** Where training runs and who watches it. */
export interface IalsTraining {
  /** Compiled kernels on these threads; plain TypeScript when absent. Both agree within 1e-4. */
  readonly pool?: KernelPoolPort;
  /** Called after each epoch; `false` ends training with what there is. */
  readonly onEpoch?: (progress: IalsProgress) => boolean | undefined | Promise<boolean | undefined>;
  /** Factors to go on from instead of random ones, for rows whose ids are the same. */
  readonly warmStart?: IalsModel;
}

/**
 * Each row starts with numbers drawn from the seed and its id alone, so the order of rows changes nothing; a row that
 * `known` has starts with its factors.
 */
function fill(
  factors: Factors,
  ids: readonly string[],
  seeds: readonly [number, string],
  deviation: number,
  known?: ItemSpace,
): void {
  const rows = new Map(known?.ids.map((id, row) => [id, row]));
  const { dimensions: k, stride, values } = factors;
  for (const [row, id] of ids.entries()) {
    const from = rows.get(id);
    if (from !== undefined) values.set(known!.vectors.subarray(from * k, from * k + k), row * stride);
    else {
      const random = randomStream(seedOf(...seeds, id));
      for (let i = 0; i < k; i++) values[row * stride + i] = deviation * random.gaussian();
    }
  }
}

async function openEngine(
  data: Interactions,
  options: IalsOptions,
  training: IalsTraining,
): Promise<IalsEngine> {
  const { users, items, byUser, byItem } = data;
  const deviation = options.initialDeviation / Math.sqrt(options.dimensions);
  const side = (
    name: string,
    ids: readonly string[],
    entries: SparseRows,
    others: number,
    known?: ItemSpace,
  ): Side => {
    const factors = emptyFactors(ids.length, options.dimensions);
    fill(factors, ids, [options.seed, name], deviation, known);
    return { entries, factors, penalties: penaltiesOf(entries, others, options) };
  };
  const userSide = side("user", users, byUser, items.length, training.warmStart?.users);
  const itemSide = side("item", items, byItem, users.length, training.warmStart?.items);
  return training.pool ? kernelEngine(userSide, itemSide, training.pool) : plainEngine(userSide, itemSide);
}

/**
 * Trains user and item factors by implicit alternating least squares. Users come last in each epoch, so with the exact
 * solver a user's vector is what folding in the same history gives. Users or items without interactions get zeros. The
 * same data, options and seed give the same bits on every host and any number of threads.
 * Throws `invalid_argument`, or `kernel_unavailable` with `training.pool`.
 */
export async function trainIals(
  data: Interactions,
  partial: Partial<IalsOptions> = {},
  training: IalsTraining = {},
): Promise<IalsModel> {
  const options = ialsOptions(partial);
  if (training.warmStart && training.warmStart.options.dimensions !== options.dimensions)
    refuse("The model to go on from has other dimensions.");
  const engine = await openEngine(data, options, training);
  try {
    for (let epoch = 1; epoch <= options.epochs; epoch++) {
      await engine.halfStep("items", options);
      await engine.halfStep("users", options);
      const loss = () => ialsLoss(engine.users, engine.items, options);
      if ((await training.onEpoch?.({ epoch, epochs: options.epochs, loss })) === false) break;
    }
    for (const { factors } of [engine.users, engine.items])
      if (!factors.values.every(Number.isFinite))
        refuse("Training did not stay finite. Raise `regularization`, or lower the largest weights.");
    const space = (ids: readonly string[], { factors }: Side) => ({
      ids,
      dimensions: options.dimensions,
      vectors: compactFactors(factors),
    });
    return ialsModel(options, space(data.users, engine.users), space(data.items, engine.items));
  } finally {
    await engine.close();
  }
}
