import { SegueError } from "../../errors/segue-error";
import { type RandomStream, randomStream } from "../random";
import type { AliasTable } from "./alias-table";

const round = Math.fround;

/** Sizes and choices of a model of bags of input rows against output rows. */
export interface SgnsShape {
  readonly inputRows: number;
  readonly outputRows: number;
  /** A multiple of 16, up to 512. */
  readonly dimensions: number;
  /** Rows drawn against each true target, 1 to 50. */
  readonly negatives: number;
}

/** What is trained on at once: bag i is `features[bagStarts[i] … bagStarts[i+1])`, its targets likewise. */
export interface SgnsChunk {
  readonly bags: number;
  readonly bagStarts: Uint32Array;
  readonly features: Uint32Array;
  readonly targetStarts: Uint32Array;
  readonly targets: Uint32Array;
}

/** Holds a model's numbers and trains them: plainly or by a kernel, with the same bits. */
export interface SgnsEngine {
  readonly shape: SgnsShape;
  /** Row-major, `inputRows` × `dimensions`. */
  readonly inputs: Float32Array;
  readonly outputs: Float32Array;
  /** @param rate learning rate. @param seed of the negatives drawn, an integer. */
  train(chunk: SgnsChunk, rate: number, seed: number): void;
}

/** Most bags, features and targets of a chunk. */
export const CHUNK_BAGS = 4096;
export const CHUNK_PLACES = 65_536;

const SIGMOID_STEPS = 4096;

/** σ(x) over [−8, 8) in 4,096 steps, each at its middle. */
export function sigmoidTable(): Float32Array {
  return Float32Array.from({ length: SIGMOID_STEPS }, (_, i) => 1 / (1 + Math.exp(8 - (i + 0.5) / 256)));
}

/** Throws `invalid_argument` unless `shape` can be trained. */
export function ensureShape(shape: SgnsShape): SgnsShape {
  const { inputRows, outputRows, dimensions, negatives } = shape;
  const whole = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  if (
    !whole(inputRows, 1, 2 ** 31 - 1) ||
    !whole(outputRows, 1, 2 ** 31 - 1) ||
    !whole(dimensions / 16, 1, 32) ||
    !whole(negatives, 1, 50)
  )
    throw new SegueError("invalid_argument", {
      detail: `${inputRows} × ${outputRows} rows of ${dimensions} dimensions with ${negatives} negatives: give at least one row each, a multiple of 16 up to 512, and 1 to 50.`,
    });
  return shape;
}

/** Inputs start evenly within ±1/2 over the dimensions, outputs at zero (as word2vec does). */
export function startValues(inputs: Float32Array, dimensions: number, random: RandomStream): void {
  for (let at = 0; at < inputs.length; at++) inputs[at] = (random.unit() - 0.5) / dimensions;
}

/**
 * The plain engine: skip-gram with negative sampling (Mikolov et al. 2013). For each target of a bag the hidden vector
 * h is the mean of the bag's rows; the target and the rows drawn take o += c · h with c = rate · (label − σ(h · o)),
 * and every row of the bag takes the sum of c · o. All steps are of 32 bits, in the order of the kernel's lanes.
 */
export function plainSgns(shape: SgnsShape, negatives: AliasTable): SgnsEngine {
  const { inputRows, outputRows, dimensions: d } = ensureShape(shape);
  const inputs = new Float32Array(inputRows * d);
  const outputs = new Float32Array(outputRows * d);
  const sigmoid = sigmoidTable();
  const gradient = new Float32Array(d);
  const hidden = new Float32Array(d);
  const lanes = new Float32Array(16);
  const { thresholds, aliases } = negatives;

  const scoreOf = (out: number): number => {
    lanes.fill(0);
    for (let c = 0; c < d; c++) lanes[c & 15] = lanes[c & 15]! + round(hidden[c]! * outputs[out + c]!);
    for (let c = 0; c < 4; c++)
      lanes[c] = round(lanes[c]! + lanes[4 + c]!) + round(lanes[8 + c]! + lanes[12 + c]!);
    return round(round(lanes[0]! + lanes[1]!) + round(lanes[2]! + lanes[3]!));
  };
  const shareOf = (score: number): number => {
    if (score >= 8) return 1;
    return score >= -8 ? sigmoid[Math.trunc(round(round(score + 8) * 256))]! : 0;
  };

  return {
    shape,
    inputs,
    outputs,
    train({ bags, bagStarts, features, targetStarts, targets }, rate, seed) {
      const draw = pcg(seed);
      for (let bag = 0; bag < bags; bag++) {
        const from = bagStarts[bag]!;
        const to = bagStarts[bag + 1]!;
        if (from === to) continue;
        for (let at = targetStarts[bag]!; at < targetStarts[bag + 1]!; at++) {
          meanOf(inputs, features, from, to, hidden);
          gradient.fill(0);
          const target = targets[at]!;
          for (let n = 0; n <= shape.negatives; n++) {
            let chosen = target;
            if (n > 0) {
              chosen = draw() % outputRows;
              if (draw() >= thresholds[chosen]!) chosen = aliases[chosen]!;
              if (chosen === target) continue;
            }
            const out = chosen * d;
            const label = n === 0 ? 1 : 0;
            const c = round(round(label - shareOf(scoreOf(out))) * round(rate));
            for (let i = 0; i < d; i++) {
              const value = outputs[out + i]!;
              gradient[i] = gradient[i]! + round(c * value);
              outputs[out + i] = value + round(c * hidden[i]!);
            }
          }
          for (let f = from; f < to; f++)
            for (let i = 0, row = features[f]! * d; i < d; i++)
              inputs[row + i] = inputs[row + i]! + gradient[i]!;
        }
      }
    },
  };
}

/** The mean of rows, added in their order and multiplied with one over their number. */
export function meanOf(
  inputs: Float32Array,
  features: Uint32Array,
  from: number,
  to: number,
  into: Float32Array,
): void {
  const d = into.length;
  const first = features[from]! * d;
  for (let i = 0; i < d; i++) into[i] = inputs[first + i]!;
  if (to - from === 1) return;
  for (let f = from + 1; f < to; f++)
    for (let i = 0, row = features[f]! * d; i < d; i++) into[i] = into[i]! + inputs[row + i]!;
  const share = round(1 / (to - from));
  for (let i = 0; i < d; i++) into[i] = into[i]! * share;
}

/** PCG RXS-M-XS 32 (O'Neill 2014): two numbers per negative, the same in the kernel. */
function pcg(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 747796405) + 2891336453) | 0;
    const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737);
    return ((word >>> 22) ^ word) >>> 0;
  };
}

/** Seeds of the start values and of each chunk, from one seed. */
export function seedsOf(seed: number): { readonly start: RandomStream; readonly chunks: RandomStream } {
  const random = randomStream(seed);
  return { start: randomStream(random.uint32()), chunks: randomStream(random.uint32()) };
}
