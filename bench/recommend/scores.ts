import { loadKernel, MemoryPlan, scoreKernel } from "@segue/core/recommend";
import type { BenchContext, BenchRow, BenchSection } from "./row";

const STRIDE = 64;

/** Exact scores of one query against every row, and how near that comes to reading memory at all. */
export const scores: BenchSection = {
  name: "scores",
  async *rows({ wasm, quick, cpuSeconds, progress }: BenchContext): AsyncIterable<BenchRow> {
    const count = quick ? 10_000 : 1_000_000;
    progress(`scores of ${count} rows`);
    const plan = new MemoryPlan();
    const query = plan.reserve(STRIDE);
    const rows = plan.reserve(count * STRIDE);
    const out = plan.reserve(count);
    const memory = plan.create(wasm, false);
    const kernel = await loadKernel(wasm, scoreKernel, memory, false);
    const vectors = new Float32Array(memory.buffer, rows, count * STRIDE).map((_, i) =>
      Math.fround((i % 97) / 97),
    );
    new Float32Array(memory.buffer, rows, count * STRIDE).set(vectors);
    const one = vectors.slice(0, STRIDE);
    new Float32Array(memory.buffer, query, STRIDE).set(one);
    const bytes = count * STRIDE * 4;
    const simd = await cpuSeconds(() => void kernel["scoreRows"]!(query, rows, count, STRIDE, out));
    const target = new Float32Array(count * STRIDE);
    const copy = await cpuSeconds(() => target.set(vectors));
    const plain = await cpuSeconds(() => {
      for (let row = 0; row < count; row++) {
        let sum = 0;
        for (let i = 0; i < STRIDE; i++) sum += one[i]! * vectors[row * STRIDE + i]!;
        target[row] = sum;
      }
    }, 1);
    yield {
      what: `scores of ${count} × ${STRIDE}, SIMD kernel`,
      value: count / simd / 1e6,
      unit: "M rows/s",
      peer: { name: "TypeScript", value: count / plain / 1e6 },
      more: true,
      // A copy reads and writes every byte; scoring only reads.
      note: `${(bytes / simd / 1e9).toFixed(1)} GB/s read; a copy moves ${((2 * bytes) / copy / 1e9).toFixed(1)} GB/s`,
    };
  },
};
