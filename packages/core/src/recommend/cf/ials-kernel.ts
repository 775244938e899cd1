import { ialsKernel } from "../kernels/generated/ials";
import type { KernelPoolPort } from "../kernels/kernel-pool";
import { MemoryPlan } from "../kernels/memory-plan";
import type { IalsEngine, Side } from "./ials-engine";
import type { IalsOptions } from "./ials-options";
import type { SparseRows } from "./interactions";

/** Rows of a partial Gram matrix, at least; and how many parts there are, at most. Both fix the order of its sums. */
const GRAM_ROWS = 1024;
const GRAM_PARTS = 64;
/** How many pieces a half-step has: many enough that threads end together. */
const PIECES = 128;
/** As in the kernel: entries packed at once, and two rows more. */
const PACKED_ROWS = 64 + 2;

/** Row numbers at which pieces of about equal work begin, and the end. Work is entries plus `rowCost` a row. */
export function cutRows(offsets: Int32Array, rowCost: number, pieces: number): number[] {
  const rows = offsets.length - 1;
  const workBefore = (row: number) => offsets[row]! + row * rowCost;
  const share = workBefore(rows) / pieces;
  const cuts = [0];
  for (let row = 1; row < rows; row++) if (workBefore(row) >= share * cuts.length) cuts.push(row);
  cuts.push(rows);
  return cuts;
}

interface Region {
  readonly offsets: number;
  readonly columns: number;
  readonly weights: number;
  readonly factors: number;
  readonly penalties: number;
  readonly job: number;
}

const JOB_WORDS = 9;

/**
 * Training in the compiled kernel. Factors, entries and scratch lie in one memory; with several threads they share it.
 * Rows do not depend on each other and the Gram matrix is summed in fixed parts, so any number of threads gives the same
 * bits. Throws `kernel_unavailable` when the data does not fit into 4 GiB or the host cannot run the kernel.
 */
export async function kernelEngine(users: Side, items: Side, port: KernelPoolPort): Promise<IalsEngine> {
  const stride = users.factors.stride;
  const plan = new MemoryPlan();
  const region = (side: Side): Region => ({
    offsets: plan.reserve(side.entries.offsets.length),
    columns: plan.reserve(side.entries.columns.length),
    weights: plan.reserve(side.entries.weights.length),
    factors: plan.reserve(side.factors.rows * stride),
    penalties: plan.reserve(side.factors.rows),
    job: plan.reserve(JOB_WORDS),
  });
  const regions = { users: region(users), items: region(items) };
  const gram = plan.reserve(stride * stride);
  const parts = plan.reserve(GRAM_PARTS * stride * stride);
  const scratch = Array.from({ length: port.threads }, () => plan.reserve(stride * (stride + PACKED_ROWS)));
  const memory = plan.create(port.wasm, port.shared);
  const place = (side: Side, at: Region): Side => {
    const ints = (offset: number, from: Int32Array) => {
      const view = new Int32Array(memory.buffer, offset, from.length);
      view.set(from);
      return view;
    };
    const floats = (offset: number, from: Float32Array) => {
      const view = new Float32Array(memory.buffer, offset, from.length);
      view.set(from);
      return view;
    };
    const entries: SparseRows = {
      offsets: ints(at.offsets, side.entries.offsets),
      columns: ints(at.columns, side.entries.columns),
      weights: floats(at.weights, side.entries.weights),
    };
    const factors = { ...side.factors, values: floats(at.factors, side.factors.values) };
    return { entries, factors, penalties: floats(at.penalties, side.penalties) };
  };
  const sides = { users: place(users, regions.users), items: place(items, regions.items) };
  const pool = await port.open(ialsKernel, memory, scratch);
  const cuts = {
    users: cutRows(users.entries.offsets, stride / 2, PIECES),
    items: cutRows(items.entries.offsets, stride / 2, PIECES),
  };

  const sumGram = async (rows: number, factors: number, scale: number) => {
    const count = Math.max(1, Math.min(GRAM_PARTS, Math.ceil(rows / GRAM_ROWS)));
    const edge = (part: number) => Math.floor((part * rows) / count);
    const partAt = (part: number) => parts + part * stride * stride * 4;
    const calls = Array.from({ length: count }, (_, part) => [
      factors,
      edge(part),
      edge(part + 1),
      stride,
      partAt(part),
    ]);
    await pool.run("gramBlock", calls);
    await pool.run("gramSum", [[parts, count, stride, scale, gram]]);
  };

  return {
    ...sides,
    async halfStep(side, options: IalsOptions) {
      const [own, other] = side === "users" ? (["users", "items"] as const) : (["items", "users"] as const);
      await sumGram(sides[other].factors.rows, regions[other].factors, options.unseenWeight);
      const { offsets, columns, weights, factors, penalties, job } = regions[own];
      new Int32Array(memory.buffer, job, JOB_WORDS).set([
        ...[offsets, columns, weights, regions[other].factors, factors, gram, penalties],
        ...[stride, options.cgSteps],
      ]);
      const starts = cuts[own];
      const calls = starts.slice(1).map((end, piece) => [job, starts[piece]!, end]);
      await pool.run(options.solver === "exact" ? "solveExact" : "solveCg", calls);
    },
    close: () => pool.close(),
  };
}
