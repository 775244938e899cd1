import { SegueError } from "../../errors/segue-error";
import type { RandomStream } from "../random";
import { CHUNK_BAGS, CHUNK_PLACES, type SgnsEngine } from "./sgns";

/** A bag and its targets, with how far the epoch has come, from 0 to 1. The arrays are read at once and may be reused. */
export interface Bag {
  readonly features: ArrayLike<number>;
  readonly targets: ArrayLike<number>;
  readonly progress: number;
}

/** How long and how fast to train. */
export interface TrainingSchedule {
  readonly epochs: number;
  /** Learning rate at the start; it falls in a straight line to a hundredth. */
  readonly rate: number;
}

/** How far a training is. */
export interface TrainingProgress {
  /** From 0 to 1. */
  readonly share: number;
  /** Bags and pairs of a bag and a target trained so far. */
  readonly bags: number;
  readonly pairs: number;
}

/**
 * Trains `engine` chunk by chunk; each step of the generator takes some milliseconds, so that a caller can show
 * progress, let others run, or stop. The model is in the engine's arrays.
 * @param bagsOf the bags of one epoch.
 * @throws SegueError `invalid_argument` for a schedule that is not allowed.
 */
export function* trainInSteps(
  engine: SgnsEngine,
  bagsOf: (epoch: number) => Iterable<Bag>,
  { epochs, rate }: TrainingSchedule,
  seeds: RandomStream,
): Generator<TrainingProgress, TrainingProgress> {
  if (!Number.isInteger(epochs) || epochs < 1 || epochs > 10_000 || !(rate > 0 && rate <= 1))
    throw new SegueError("invalid_argument", {
      detail: `${epochs} epochs at a rate of ${rate}: give 1 to 10,000 and a number above 0 and up to 1.`,
    });
  const chunk = {
    bags: 0,
    bagStarts: new Uint32Array(CHUNK_BAGS + 1),
    features: new Uint32Array(CHUNK_PLACES),
    targetStarts: new Uint32Array(CHUNK_BAGS + 1),
    targets: new Uint32Array(CHUNK_PLACES),
  };
  let bags = 0;
  let pairs = 0;
  let share = 0;
  const flush = (): TrainingProgress => {
    engine.train(chunk, rate * Math.max(0.01, 1 - share), seeds.uint32());
    bags += chunk.bags;
    pairs += chunk.targetStarts[chunk.bags]!;
    chunk.bags = 0;
    return { share, bags, pairs };
  };
  for (let epoch = 0; epoch < epochs; epoch++)
    for (const { features, targets, progress } of bagsOf(epoch)) {
      let { bags: at } = chunk;
      const full =
        at === CHUNK_BAGS ||
        chunk.bagStarts[at]! + features.length > CHUNK_PLACES ||
        chunk.targetStarts[at]! + targets.length > CHUNK_PLACES;
      if (full) {
        yield flush();
        at = 0;
      }
      chunk.features.set(features, chunk.bagStarts[at]!);
      chunk.targets.set(targets, chunk.targetStarts[at]!);
      chunk.bagStarts[at + 1] = chunk.bagStarts[at]! + features.length;
      chunk.targetStarts[at + 1] = chunk.targetStarts[at]! + targets.length;
      chunk.bags = at + 1;
      share = (epoch + progress) / epochs;
    }
  share = 1;
  const last = flush();
  yield last;
  return last;
}
