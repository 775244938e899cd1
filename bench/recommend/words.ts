import { playlistCorpus, randomStream, trainItemVectors } from "@segue/core/recommend";
import type { BenchContext, BenchRow, BenchSection } from "./row";

/** Tracks as words, playlists as sentences: words trained per second, 64 dimensions, 5 negatives. */
export const words: BenchSection = {
  name: "words",
  async *rows({ wasm, quick, progress, cpuSeconds }: BenchContext): AsyncIterable<BenchRow> {
    const random = randomStream(1);
    const tracks = quick ? 500 : 20_000;
    // Products of even numbers: a few tracks are in many playlists, many in a few.
    const playlists = Array.from({ length: quick ? 100 : 8000 }, () => ({
      trackIds: Array.from({ length: 50 }, () => `t${Math.floor(tracks * random.unit() * random.unit())}`),
    }));
    const corpus = playlistCorpus(playlists);
    for (const window of [5, "whole"] as const) {
      progress(`words, window ${window}`);
      const speed = async (port: BenchContext["wasm"] | undefined, most: number) => {
        const { steps } = await trainItemVectors(corpus, { seed: 1, epochs: 1, subsample: 0, window }, port);
        let bags = 0;
        let pairs = 0;
        const seconds = await cpuSeconds(() => {
          for (let i = 0; i < most; i++) {
            const { done, value } = steps.next();
            if (done) return;
            ({ bags, pairs } = value);
          }
        }, 1);
        return { bags: bags / seconds, pairs: pairs / seconds };
      };
      const kernel = await speed(wasm, 1e9);
      const plain = await speed(undefined, 12);
      yield {
        what: `item2vec, ${corpus.ids.length} tracks, window ${window}`,
        value: kernel.bags,
        unit: "words/s",
        ...(window === 5 && { aim: 150_000 }),
        more: true,
        peer: { name: "TypeScript", value: plain.bags },
        note: `${(kernel.pairs / 1e6).toFixed(2)} M pairs/s`,
      };
    }
  },
};
