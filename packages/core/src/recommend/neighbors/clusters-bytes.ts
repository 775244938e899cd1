import { SegueError } from "../../errors/segue-error";
import { type ReadOptions, readContainer, sectionOf, writeContainer } from "../container/container";
import type { Clusters } from "./clusters";

const KIND = "CLUS";
const VERSION = 1;

/** Clusters as bytes, so that they are computed once and not by every process. */
export function saveClusters({ dimensions, centroids, clusterOfRow }: Clusters): Uint8Array {
  return writeContainer(KIND, VERSION, [Uint32Array.of(dimensions), centroids, clusterOfRow]);
}

/** @throws SegueError `model_invalid` for bytes that `saveClusters` did not write. */
export function loadClusters(bytes: Uint8Array, options: ReadOptions = {}): Clusters {
  const sections = readContainer(bytes, KIND, VERSION, options);
  const [dimensions = 0] = sectionOf(sections, 0, Uint32Array);
  const centroids = sectionOf(sections, 1, Float32Array);
  const clusterOfRow = sectionOf(sections, 2, Uint32Array);
  const count = centroids.length / dimensions;
  if (!Number.isInteger(count) || count < 1) throw invalid("Its centroids do not fit its dimensions.");
  if (!options.trusted) {
    if (!centroids.every(Number.isFinite)) throw invalid("A centroid is not finite.");
    if (clusterOfRow.some((cluster) => cluster >= count)) throw invalid("A row is in no cluster.");
  }
  return { dimensions, centroids, clusterOfRow };
}

const invalid = (detail: string) => new SegueError("model_invalid", { detail });
