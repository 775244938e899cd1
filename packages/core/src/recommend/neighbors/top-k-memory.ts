import type { ItemSpace } from "../item-space";
import { topKKernel } from "../kernels/generated/top-k";
import { loadKernel } from "../kernels/load-kernel";
import { MemoryPlan } from "../kernels/memory-plan";
import type { KernelExports, WasmMemory, WasmPort } from "../kernels/wasm-port";
import { wholeNumber } from "../refuse";
import type { IdOrder } from "./id-order";
import type { Neighbors } from "./neighbor-index";
import {
  GROUP,
  groupsOf,
  NO_ROW,
  pairsOf,
  type QuantizedRows,
  quantizeQuery,
  quantizeRows,
  tilesOf,
} from "./quantized-rows";

/** How much the kernel can do at once. */
export interface TopKLimits {
  /** Largest `k` that the kernel serves; a larger one is searched plainly. 1 to 65,536, default 1,024. */
  readonly maxK?: number;
  /** Queries scored together, a multiple of 4 up to 256. More reuse each row while it is in the cache. Default 32. */
  readonly batch?: number;
}

/** Rows that may not be returned to a query, in any order. */
export type HiddenRows = Uint32Array | undefined;

// Words of a query's state; the kernel has them in bytes.
const STATE_WORDS = 8;
const FLOOR = 0;
const MARGIN = 2;
const OVERFLOW = 3;
const KEPT = 4;
const HIDDEN = 5;
const LENGTH = 6;
const GUESS = 7;
/** Rows of the sample from which floors are guessed; catalogs that are not much larger go without. */
const SAMPLE = 2048;

interface Places {
  readonly quantized: number;
  readonly floats: number;
  readonly ranks: number;
  readonly tileLengths: number;
  readonly queries: number;
  readonly queryFloats: number;
  readonly states: number;
  readonly kept: number;
  readonly hidden: number;
  readonly out: number;
}

/**
 * A space in the memory of the top-k kernel, its rows in the order of slots. One round is `prepare`, any number of
 * scans, then `finish` for each query.
 */
export class TopKMemory {
  readonly slots: number;
  readonly #slotOfRow: Uint32Array;
  readonly #capacity: number;
  readonly #hiddenBytes: number;
  readonly #hasGaps: boolean;
  readonly #evenLengths: boolean;
  readonly #dimensions: number;
  readonly #order: IdOrder;
  readonly #rows: QuantizedRows;
  readonly #kernel: KernelExports;
  readonly #memory: WasmMemory;
  readonly #at: Places;

  private constructor(
    dimensions: number,
    order: IdOrder,
    rowOfSlot: Uint32Array,
    rows: QuantizedRows,
    kernel: KernelExports,
    memory: WasmMemory,
    at: Places,
    readonly maxK: number,
    readonly batch: number,
  ) {
    this.#dimensions = dimensions;
    this.#order = order;
    this.#rows = rows;
    this.#kernel = kernel;
    this.#memory = memory;
    this.#at = at;
    this.slots = rowOfSlot.length;
    this.#capacity = capacityFor(maxK);
    this.#hiddenBytes = bitsIn(this.slots);
    this.#hasGaps = rowOfSlot.includes(NO_ROW);
    const tiles = new Float32Array(memory.buffer, at.tileLengths, tilesOf(this.slots));
    this.#evenLengths = tiles.length > 0 && tiles[tiles.length >> 1]! > 0.9 * tiles[0]!;
    this.#slotOfRow = new Uint32Array(order.rowOfRank.length);
    for (let slot = 0; slot < this.slots; slot++)
      if (rowOfSlot[slot] !== NO_ROW) this.#slotOfRow[rowOfSlot[slot]!] = slot;
    if (this.#hasGaps) for (let place = 0; place < batch; place++) this.#hideGaps(place, rowOfSlot);
  }

  /** @throws SegueError `invalid_argument` for limits that are not allowed; `kernel_unavailable`. */
  static async load(
    port: WasmPort,
    space: ItemSpace,
    order: IdOrder,
    rowOfSlot: Uint32Array,
    limits: TopKLimits,
  ): Promise<TopKMemory> {
    const maxK = wholeNumber("maxK", limits.maxK ?? 1024, 1, 65_536);
    const batch = GROUP * wholeNumber("A quarter of batch", (limits.batch ?? 32) / GROUP, 1, 64);
    const slots = rowOfSlot.length;
    const { dimensions } = space;
    const groupWords = pairsOf(dimensions) * GROUP;
    const plan = new MemoryPlan();
    const at: Places = {
      quantized: plan.reserve(groupsOf(slots) * groupWords),
      floats: plan.reserve(slots * dimensions),
      ranks: plan.reserve(slots),
      tileLengths: plan.reserve(tilesOf(slots)),
      queries: plan.reserve((batch / GROUP) * groupWords),
      queryFloats: plan.reserve(batch * dimensions),
      states: plan.reserve(batch * STATE_WORDS),
      kept: plan.reserve(batch * capacityFor(maxK), 8),
      hidden: plan.reserve(batch * bitsIn(slots), 1),
      out: plan.reserve(maxK, 8),
    };
    const memory = plan.create(port, false);
    const rows = quantizeRows(space, order, rowOfSlot, {
      quantized: new Int16Array(memory.buffer, at.quantized, groupsOf(slots) * groupWords * 2),
      floats: new Float32Array(memory.buffer, at.floats, slots * dimensions),
      ranks: new Uint32Array(memory.buffer, at.ranks, slots),
      tileLengths: new Float32Array(memory.buffer, at.tileLengths, tilesOf(slots)),
    });
    const kernel = await loadKernel(port, topKKernel, memory, false);
    return new TopKMemory(dimensions, order, rowOfSlot, rows, kernel, memory, at, maxK, batch);
  }

  /** Takes in `count` queries, at most `batch`. */
  prepare(queries: Float32Array, count: number, hidden: readonly HiddenRows[]): void {
    const at = this.#at;
    const dimensions = this.#dimensions;
    const { buffer } = this.#memory;
    new Float32Array(buffer, at.queryFloats, queries.length).set(queries);
    const quads = Math.ceil(count / GROUP);
    const quadNumbers = pairsOf(dimensions) * 2 * GROUP;
    const quantized = new Int16Array(buffer, at.queries, quads * quadNumbers).fill(0);
    const states = new Int32Array(buffer, at.states, quads * GROUP * STATE_WORDS).fill(0);
    const lengths = new Float32Array(buffer, at.states, states.length);
    for (let place = 0; place < quads * GROUP; place++) {
      const state = place * STATE_WORDS;
      // A place without a query never wants a row.
      states[state + FLOOR] = 2 ** 31 - 1;
      states[state + GUESS] = -(2 ** 31);
      if (place >= count) continue;
      const into = Math.floor(place / GROUP) * quadNumbers + (place % GROUP) * 2;
      const made = quantizeQuery(
        this.#rows,
        queries,
        place * dimensions,
        dimensions,
        quantized,
        into,
        2 * GROUP,
      );
      if (Number.isFinite(made.margin)) {
        states[state + FLOOR] = -(2 ** 31);
        states[state + MARGIN] = made.margin;
      } else states[state + OVERFLOW] = 1;
      states[state + KEPT] = at.kept + place * this.#capacity * 8;
      lengths[state + LENGTH] = made.length;
      const mine = hidden[place];
      if (mine) this.#hide(place, mine);
      if (mine || this.#hasGaps) states[state + HIDDEN] = at.hidden + place * this.#hiddenBytes;
    }
  }

  /**
   * Guesses from a sample which scores will count, so that a scan keeps fewer rows. A guess that was too high costs a
   * second round without one, which `finish` asks for; it aims at 2.5 k rows to make that rare. Where rows differ in
   * length there is no guess: the long ones come first, raise the floor, and spare the short ones.
   */
  guess(count: number, k: number): void {
    const at = this.#at;
    const kernel = this.#kernel;
    const groups = groupsOf(this.slots);
    const step = Math.floor((groups * GROUP) / SAMPLE);
    const place = 3 + Math.ceil((2.5 * k) / step);
    if (!this.#evenLengths || step < 8 || SAMPLE < 8 * place || capacityFor(this.maxK) < SAMPLE + 8 * GROUP)
      return;
    kernel.guess!(
      ...[at.quantized, groups, pairsOf(this.#dimensions), this.slots],
      ...[at.queries, Math.ceil(count / GROUP), at.states, step, place],
    );
  }

  /** Scores all rows for the `count` queries taken in. */
  scanAll(count: number, k: number): void {
    const at = this.#at;
    const kernel = this.#kernel;
    const groups = groupsOf(this.slots);
    if (count === 1) this.scanRange(0, groups * GROUP, k);
    else
      kernel.scan!(
        ...[at.quantized, groups, pairsOf(this.#dimensions), at.tileLengths, this.slots],
        ...[at.queries, Math.ceil(count / GROUP), at.states, k, capacityFor(k)],
      );
  }

  /** Scores the slots [from, to), multiples of 16, for the first query taken in. */
  scanRange(from: number, to: number, k: number): void {
    const at = this.#at;
    this.#kernel.scanOne!(
      ...[at.quantized, from / GROUP, to / GROUP, pairsOf(this.#dimensions), at.tileLengths, this.slots],
      ...[at.queries, at.states, k, capacityFor(k)],
    );
  }

  /** Whether the first pass could not tell enough rows apart for the query at `place`; `finish` then scores all rows. */
  overflowed(place: number): boolean {
    return new Int32Array(this.#memory.buffer, this.#at.states + place * STATE_WORDS * 4)[OVERFLOW] !== 0;
  }

  /** The best of what was scanned for the query at `place`, exactly scored; undefined when the floor was guessed too high. */
  finish(place: number, k: number, hidden: HiddenRows): Neighbors | undefined {
    const at = this.#at;
    const dimensions = this.#dimensions;
    const kernel = this.#kernel;
    const query = at.queryFloats + place * dimensions * 4;
    const state = at.states + place * STATE_WORDS * 4;
    const words = new Int32Array(this.#memory.buffer, state, STATE_WORDS);
    const floats = [at.floats, dimensions, at.ranks] as const;
    let found = this.overflowed(place)
      ? -1
      : kernel.finish!(...floats, query, state, k, capacityFor(k), at.out);
    if (this.overflowed(place))
      found = kernel.scanFloats!(...floats, this.slots, query, words[HIDDEN]!, k, words[KEPT]!, at.out);
    if (hidden) this.#show(place, hidden);
    return found < 0 ? undefined : this.#collect(found);
  }

  #hide(place: number, rows: Uint32Array): void {
    const bits = this.#hiddenBits(place);
    const slotOfRow = this.#slotOfRow;
    for (const row of rows) bits[slotOfRow[row]! >> 3]! |= 1 << (slotOfRow[row]! & 7);
  }

  #show(place: number, rows: Uint32Array): void {
    const bits = this.#hiddenBits(place);
    const slotOfRow = this.#slotOfRow;
    for (const row of rows) bits[slotOfRow[row]! >> 3]! &= ~(1 << (slotOfRow[row]! & 7));
  }

  /** Slots without a row are hidden for good. */
  #hideGaps(place: number, rowOfSlot: Uint32Array): void {
    const bits = this.#hiddenBits(place);
    for (let slot = 0; slot < this.slots; slot++)
      if (rowOfSlot[slot] === NO_ROW) bits[slot >> 3]! |= 1 << (slot & 7);
  }

  #hiddenBits(place: number): Uint8Array {
    return new Uint8Array(
      this.#memory.buffer,
      this.#at.hidden + place * this.#hiddenBytes,
      this.#hiddenBytes,
    );
  }

  #collect(count: number): Neighbors {
    const keys = new Uint32Array(this.#memory.buffer, this.#at.out, count * 2);
    const bits = new Float32Array(this.#memory.buffer, this.#at.out, count * 2);
    const rows = new Uint32Array(count);
    const distances = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      rows[i] = this.#order.rowOfRank[keys[2 * i]!]!;
      distances[i] = bits[2 * i + 1]!;
    }
    return { rows, distances };
  }
}

/** Keys that fit for one query: several rounds of k, so that dropping is rare. */
const capacityFor = (k: number) => 3 * k + 256;
const bitsIn = (slots: number) => Math.ceil(slots / 8);
