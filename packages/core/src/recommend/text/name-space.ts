import { SegueError } from "../../errors/segue-error";
import type { ItemSpace } from "../item-space";
import type { WasmPort } from "../kernels/wasm-port";
import { type RandomStream, randomStream, shuffle } from "../random";
import { aliasTable } from "./alias-table";
import { sample } from "./item-vectors";
import { nameFeatures } from "./name-features";
import type { PlaylistCorpus } from "./playlists";
import { meanOf, plainSgns, type SgnsEngine, seedsOf, startValues } from "./sgns";
import { kernelSgns } from "./sgns-kernel";
import { type Bag, type TrainingProgress, trainInSteps } from "./training";

/** Names and tracks in one space: the inner product of a name's vector with a track's says how well they go together. */
export interface NameSpace {
  /** Version of folding, tokens and features. */
  readonly features: typeof NAME_FEATURES_VERSION;
  readonly buckets: number;
  /** One row per bucket; zeros where no training name had a feature. */
  readonly bucketVectors: Float32Array;
  readonly tracks: ItemSpace;
}

/** Names are cut into features in this way; a model of another version would look into the wrong buckets. */
export const NAME_FEATURES_VERSION = 1;

/** How names are embedded. */
export interface NameSpaceOptions {
  /** A multiple of 16. Default 64. */
  readonly dimensions?: number;
  /** Rows for features; more of them collide less. Default 131,072. */
  readonly buckets?: number;
  /** Default 10. */
  readonly epochs?: number;
  /** Default 0.05. */
  readonly rate?: number;
  /** Default 5. */
  readonly negatives?: number;
  /** As for `ItemVectorOptions`. Default 0.75. */
  readonly exponent?: number;
  /** Names of tracks by id: a track's own name is trained against it as well. */
  readonly trackNames?: ReadonlyMap<string, string>;
  /** The same seed gives the same bits. */
  readonly seed: number;
}

/** Tracks that one name is trained against per epoch. */
const MEMBERS = 20;
const MAX_BUCKETS = 2 ** 24;

interface NamedDocument {
  readonly features: Uint32Array;
  readonly members: Uint32Array;
}

/**
 * Embeds the features of names against the tracks that belong to them (PV-DBOW, Le and Mikolov 2014, with the features
 * of Bojanowski et al. 2017), so that a title alone scores tracks.
 * @param port runs the compiled kernel; without it the plain engine gives the same bits, several times slower.
 * @throws SegueError `invalid_argument` for an empty vocabulary or options that are not allowed; `kernel_unavailable`.
 */
export async function trainNameSpace(
  corpus: PlaylistCorpus,
  options: NameSpaceOptions,
  port?: WasmPort,
): Promise<{ readonly steps: Generator<TrainingProgress, NameSpace> }> {
  const { dimensions = 64, negatives = 5, exponent = 0.75, buckets = 131_072 } = options;
  if (!Number.isInteger(buckets) || buckets < 1 || buckets > MAX_BUCKETS)
    throw new SegueError("invalid_argument", { detail: `buckets is ${buckets}; give 1 to ${MAX_BUCKETS}.` });
  const table = aliasTable(corpus.counts, exponent);
  const shape = { inputRows: buckets, outputRows: corpus.ids.length, dimensions, negatives };
  const engine = port ? await kernelSgns(port, shape, table) : plainSgns(shape, table);
  return { steps: run(engine, corpus, options, documentsOf(corpus, buckets, options.trackNames)) };
}

/**
 * The vector of a name, or null when the model knows nothing of it: no words, or none that resembles a training name.
 * Costs at most `MAX_NAME_FEATURES` rows however long the name is.
 */
export function nameVector(space: NameSpace, name: string): Float32Array | null {
  const features = nameFeatures(name, space.buckets);
  if (features.length === 0) return null;
  const vector = new Float32Array(space.tracks.dimensions);
  meanOf(space.bucketVectors, features, 0, features.length, vector);
  return vector.some((value) => value !== 0) ? vector : null;
}

function* run(
  engine: SgnsEngine,
  corpus: PlaylistCorpus,
  options: NameSpaceOptions,
  documents: readonly NamedDocument[],
): Generator<TrainingProgress, NameSpace> {
  const { dimensions, inputRows: buckets } = engine.shape;
  const { start, chunks } = seedsOf(options.seed);
  startValues(engine.inputs, dimensions, start);
  const known = new Uint8Array(buckets);
  for (const { features } of documents) for (const bucket of features) known[bucket] = 1;
  for (let bucket = 0; bucket < buckets; bucket++)
    if (known[bucket] === 0) engine.inputs.fill(0, bucket * dimensions, (bucket + 1) * dimensions);
  const choices = randomStream(chunks.uint32());
  yield* trainInSteps(
    engine,
    () => nameBags(documents, choices),
    { epochs: options.epochs ?? 10, rate: options.rate ?? 0.05 },
    chunks,
  );
  return {
    features: NAME_FEATURES_VERSION,
    buckets,
    bucketVectors: engine.inputs.slice(),
    tracks: { ids: corpus.ids, dimensions, vectors: engine.outputs.slice() },
  };
}

function documentsOf(
  { ids, names, rows, starts }: PlaylistCorpus,
  buckets: number,
  trackNames: ReadonlyMap<string, string> | undefined,
): readonly NamedDocument[] {
  const documents: NamedDocument[] = [];
  const add = (name: string | undefined, members: Uint32Array) => {
    const features = nameFeatures(name ?? "", buckets);
    if (features.length > 0 && members.length > 0) documents.push({ features, members });
  };
  for (const [index, name] of names.entries()) add(name, rows.subarray(starts[index]!, starts[index + 1]!));
  if (trackNames) for (const [row, id] of ids.entries()) add(trackNames.get(id), Uint32Array.of(row));
  return documents;
}

function* nameBags(documents: readonly NamedDocument[], random: RandomStream): Generator<Bag> {
  const order = shuffle(
    Uint32Array.from(documents, (_, i) => i),
    random,
  );
  for (const [at, index] of order.entries()) {
    const { features, members } = documents[index]!;
    yield { features, targets: sample([...members], MEMBERS, random), progress: (at + 1) / order.length };
  }
}
