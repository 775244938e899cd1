import { SegueError } from "../../errors/segue-error";
import type { ItemSpace } from "../item-space";
import type { WasmPort } from "../kernels/wasm-port";
import { type RandomStream, randomStream, shuffle } from "../random";
import { aliasTable } from "./alias-table";
import type { PlaylistCorpus } from "./playlists";
import { plainSgns, type SgnsEngine, seedsOf, startValues } from "./sgns";
import { kernelSgns } from "./sgns-kernel";
import { type Bag, type TrainingProgress, trainInSteps } from "./training";

/** How tracks are embedded by the playlists they share. */
export interface ItemVectorOptions {
  /** A multiple of 16. Default 64. */
  readonly dimensions?: number;
  /** Default 10. */
  readonly epochs?: number;
  /** Default 0.05. */
  readonly rate?: number;
  /** Default 5. */
  readonly negatives?: number;
  /** Negatives are drawn by count^exponent; for recommending it may be below 0 (Caselles-Dupré 2018). Default 0.75. */
  readonly exponent?: number;
  /** Tracks that make up more than about this share of all places are passed over at random; 0 for never. Default 1e-4. */
  readonly subsample?: number;
  /**
   * `whole`: all pairs of up to 20 tracks chosen at random from a playlist. A number: pairs up to that far apart, closer
   * ones more often (word2vec). Default `whole`.
   */
  readonly window?: "whole" | number;
  /** The same seed gives the same bits. */
  readonly seed: number;
}

/** Tracks taken from a playlist per epoch when the window is whole. */
const WHOLE_SAMPLE = 20;
const MAX_WINDOW = 50;

/** A training that is run step by step. */
export interface ItemTraining {
  /** Each step trains some milliseconds; the result of the last one is the space of tracks. */
  readonly steps: Generator<TrainingProgress, ItemSpace>;
}

/**
 * Embeds tracks as words and playlists as sentences (Mikolov et al. 2013; Barkan and Koenigstein 2016): tracks that
 * share playlists come to point the same way.
 * @param port runs the compiled kernel; without it the plain engine gives the same bits, several times slower.
 * @throws SegueError `invalid_argument` for an empty vocabulary or options that are not allowed; `kernel_unavailable`.
 */
export async function trainItemVectors(
  corpus: PlaylistCorpus,
  options: ItemVectorOptions,
  port?: WasmPort,
): Promise<ItemTraining> {
  const { dimensions = 64, negatives = 5, exponent = 0.75, window = "whole", subsample = 1e-4 } = options;
  if (window !== "whole" && !(Number.isInteger(window) && window >= 1 && window <= MAX_WINDOW))
    throw new SegueError("invalid_argument", {
      detail: `window is ${window}; give "whole" or an integer from 1 to ${MAX_WINDOW}.`,
    });
  if (!(subsample >= 0 && subsample <= 1))
    throw new SegueError("invalid_argument", { detail: `subsample is ${subsample}; give 0 to 1.` });
  const table = aliasTable(corpus.counts, exponent);
  const rows = corpus.ids.length;
  const shape = { inputRows: rows, outputRows: rows, dimensions, negatives };
  const engine = port ? await kernelSgns(port, shape, table) : plainSgns(shape, table);
  return { steps: run(engine, corpus, options, keepShares(corpus, subsample)) };
}

function* run(
  engine: SgnsEngine,
  corpus: PlaylistCorpus,
  options: ItemVectorOptions,
  keep: Float64Array,
): Generator<TrainingProgress, ItemSpace> {
  const { dimensions } = engine.shape;
  const { start, chunks } = seedsOf(options.seed);
  startValues(engine.inputs, dimensions, start);
  const choices = randomStream(chunks.uint32());
  const window = options.window ?? "whole";
  yield* trainInSteps(
    engine,
    () => itemBags(corpus, window, keep, choices),
    { epochs: options.epochs ?? 10, rate: options.rate ?? 0.05 },
    chunks,
  );
  return { ids: corpus.ids, dimensions, vectors: engine.inputs.slice() };
}

/** Chance to keep a track: √(t/f) + t/f for a share of places f above t, as word2vec has it. */
function keepShares({ counts, rows }: PlaylistCorpus, threshold: number): Float64Array {
  return Float64Array.from(counts, (count) => {
    const ratio = threshold / (count / rows.length);
    return threshold === 0 ? 1 : Math.min(1, Math.sqrt(ratio) + ratio);
  });
}

function* itemBags(
  { starts, rows }: PlaylistCorpus,
  window: "whole" | number,
  keep: Float64Array,
  random: RandomStream,
): Generator<Bag> {
  const playlists = starts.length - 1;
  const order = shuffle(
    Uint32Array.from({ length: playlists }, (_, i) => i),
    random,
  );
  for (let at = 0; at < playlists; at++) {
    const playlist = order[at]!;
    const kept: number[] = [];
    for (let place = starts[playlist]!; place < starts[playlist + 1]!; place++) {
      const row = rows[place]!;
      if (keep[row]! >= 1 || random.unit() < keep[row]!) kept.push(row);
    }
    const progress = (at + 1) / playlists;
    if (window === "whole") {
      const chosen = sample(kept, WHOLE_SAMPLE, random);
      for (const [index, row] of chosen.entries())
        if (chosen.length > 1)
          yield { features: [row], targets: chosen.filter((_, other) => other !== index), progress };
    } else
      for (const [index, row] of kept.entries()) {
        const reach = 1 + random.below(window);
        const near = kept.slice(Math.max(0, index - reach), index + reach + 1);
        near.splice(Math.min(index, reach), 1);
        if (near.length > 0) yield { features: [row], targets: near, progress };
      }
  }
}

/** Up to `count` of `values`, each equally likely; reorders them. */
export function sample(values: number[], count: number, random: RandomStream): number[] {
  if (values.length <= count) return values;
  for (let i = 0; i < count; i++) {
    const j = i + random.below(values.length - i);
    const kept = values[i]!;
    values[i] = values[j]!;
    values[j] = kept;
  }
  return values.slice(0, count);
}
