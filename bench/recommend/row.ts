import type { WasmPort } from "@segue/core/recommend";

/** One line of the table that `npm run bench -- recommend` prints. */
export interface BenchRow {
  /** What was measured, on what: "iALS epoch, SIMD, k = 64, 5 M plays". */
  readonly what: string;
  readonly value: number;
  /** Of `value`: "µs/play", "queries/s". Speeds are per CPU second of one thread unless it says otherwise. */
  readonly unit: string;
  /** The peer measured beside it in the same run, in the same unit. */
  readonly peer?: { readonly name: string; readonly value: number };
  /** What the project wants to reach, in the same unit. */
  readonly aim?: number;
  /** Whether more is better. */
  readonly more: boolean;
  /** Share of memory bandwidth, recall, size: whatever makes the number honest. */
  readonly note?: string;
}

/** What a section may use. */
export interface BenchContext {
  readonly wasm: WasmPort;
  /** Small sizes, to see that everything runs. */
  readonly quick: boolean;
  /** Says on standard error what is being done. */
  progress(text: string): void;
  /** CPU seconds of this process that `run` takes; the least of `repeats` (default 3) runs. */
  cpuSeconds(run: () => void | Promise<void>, repeats?: number): Promise<number>;
}

/** A file of this folder: a name to choose it by, and its rows as they come. */
export interface BenchSection {
  readonly name: string;
  rows(context: BenchContext): AsyncIterable<BenchRow>;
}
