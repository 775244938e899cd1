import { webWasm } from "@segue/client-sdk/web";
import type { AudioFeatures } from "@segue/core";
import {
  audioSpace,
  audioVector,
  ClusteredIndex,
  clusterRows,
  ExactIndex,
  KdTree,
  KernelKdTree,
  loadKdTree,
  measureStandardization,
  nameVector,
  playlistCorpus,
  randomStream,
  saveKdTree,
  saveNameSpace,
  trainItemVectors,
  trainNameSpace,
  unitSpace,
} from "@segue/core/recommend";

/** SHA-256 of the bytes of arrays, hex. */
async function digest(...arrays: readonly ArrayBufferView[]): Promise<string> {
  const parts = await Promise.all(
    arrays.map((array) =>
      crypto.subtle.digest(
        "SHA-256",
        new Uint8Array(array.buffer, array.byteOffset, array.byteLength).slice() as Uint8Array<ArrayBuffer>,
      ),
    ),
  );
  return parts
    .flatMap((part) => [...new Uint8Array(part)].map((byte) => byte.toString(16).padStart(2, "0")))
    .join("");
}

async function last<T>(steps: AsyncGenerator<unknown, T> | Generator<unknown, T>): Promise<T> {
  for (;;) {
    const { done, value } = await steps.next();
    if (done) return value;
  }
}

/** Computes with each kernel over an invented catalog of `tracks` tracks; what comes out, digested. */
export async function probe(tracks: number): Promise<Readonly<Record<string, string>>> {
  const random = randomStream(5);
  const unit = () => random.unit();
  const catalog = Array.from({ length: tracks }, (_, i) => {
    const features: AudioFeatures = {
      ...{ tempo: 60 + 120 * unit(), energy: unit(), valence: unit(), danceability: unit() },
      ...{ acousticness: unit(), speechiness: unit(), instrumentalness: unit(), liveness: unit() },
    };
    return { id: `t${i}`, features };
  });
  const standardization = measureStandardization(catalog);
  const bytes = saveKdTree(KdTree.build(audioSpace(catalog, standardization)));
  const tree = await KernelKdTree.load(webWasm, loadKdTree(bytes));
  const radio = tree.search(audioVector(catalog[7]!.features, standardization), 50);

  const playlists = Array.from({ length: tracks / 20 }, (_, i) => ({
    name: `mood ${i % 13} 🌙`,
    trackIds: Array.from({ length: 30 }, () => `t${(i % 13) * 40 + random.below(40)}`),
  }));
  const corpus = playlistCorpus(playlists);
  const options = { seed: 3, epochs: 1, subsample: 0 };
  const space = unitSpace(await last((await trainItemVectors(corpus, options, webWasm)).steps));
  const names = await last((await trainNameSpace(corpus, { ...options, buckets: 4096 }, webWasm)).steps);
  const exact = (await ExactIndex.load(webWasm, space)).search(space.vectors.subarray(0, 64), 50);
  const clusters = await last(clusterRows(webWasm, space, { seed: 1, clusters: 13 }));
  const near = (await ClusteredIndex.load(webWasm, space, clusters, { probes: 3 })).search(
    nameVector(names, "Mood")!,
    50,
  );
  return {
    tree: await digest(bytes),
    radio: await digest(radio.rows, radio.distances),
    tracks: await digest(space.vectors),
    names: await digest(saveNameSpace(names)),
    exact: await digest(exact.rows, exact.distances),
    clustered: await digest(clusters.centroids, near.rows, near.distances),
  };
}
