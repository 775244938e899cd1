/** Trains a small model and tells its bits: in a page by `window.trainWith`, in Node by `trainingOf`. */

import { buildInteractions, type KernelPoolPort, randomStream, trainIals } from "@segue/core/recommend";
import { kernelWorkers } from "../../src/web/kernel-workers";

declare global {
  interface Window {
    trainWith(threads: number): Promise<{ readonly digest: string; readonly used: number }>;
  }
}

/** All bits of a training, as a number in hexadecimal. */
export async function trainingOf(pool: KernelPoolPort): Promise<string> {
  const random = randomStream(4);
  const entries = Array.from({ length: 3000 }, () => ({
    user: `u${random.below(200)}`,
    item: `i${random.below(150)}`,
    weight: 0.5 + random.unit(),
  }));
  const model = await trainIals(buildInteractions(entries), { dimensions: 24, epochs: 3, seed: 8 }, { pool });
  let hash = 0x811c9dc5;
  for (const { vectors } of [model.users, model.items])
    for (const word of new Uint32Array(vectors.buffer, vectors.byteOffset, vectors.length))
      hash = Math.imul(hash ^ word, 0x01000193);
  return (hash >>> 0).toString(16);
}

if (typeof window !== "undefined")
  window.trainWith = async (threads) => {
    const pool = kernelWorkers({ threads, workerUrl: "/kernel.worker.js" });
    return { digest: await trainingOf(pool), used: pool.threads };
  };
