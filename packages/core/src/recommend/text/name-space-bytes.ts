import { SegueError } from "../../errors/segue-error";
import { type ReadOptions, readContainer, sectionOf, writeContainer } from "../container/container";
import { spaceFromSections, spaceSections } from "../container/item-space-bytes";
import { NAME_FEATURES_VERSION, type NameSpace } from "./name-space";

const KIND = "NAME";
const VERSION = 1;

/** The space as bytes; its vectors are used in place when they are read again. */
export function saveNameSpace(space: NameSpace): Uint8Array {
  const numbers = Uint32Array.of(space.features, space.buckets);
  return writeContainer(KIND, VERSION, [numbers, space.bucketVectors, ...spaceSections(space.tracks)]);
}

/** @throws SegueError `model_invalid` for bytes that `saveNameSpace` did not write, or names cut in another way. */
export function loadNameSpace(bytes: Uint8Array, options: ReadOptions = {}): NameSpace {
  const sections = readContainer(bytes, KIND, VERSION, options);
  const [features, buckets] = sectionOf(sections, 0, Uint32Array);
  const bucketVectors = sectionOf(sections, 1, Float32Array);
  const tracks = spaceFromSections(sections, 2);
  if (features !== NAME_FEATURES_VERSION)
    throw new SegueError("model_invalid", {
      detail: `Its names are cut by version ${features}; this reads ${NAME_FEATURES_VERSION}.`,
    });
  if (buckets === undefined || buckets < 1 || bucketVectors.length !== buckets * tracks.dimensions)
    throw new SegueError("model_invalid", { detail: "Its buckets do not fit its dimensions." });
  if (!options.trusted && !bucketVectors.every(Number.isFinite))
    throw new SegueError("model_invalid", { detail: "A bucket's vector is not finite." });
  return { features: NAME_FEATURES_VERSION, buckets, bucketVectors, tracks };
}
