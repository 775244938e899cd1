import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SegueError } from "../../src/errors/segue-error";
import { fromBase64 } from "../../src/recommend/kernels/base64";
import { scoreKernel } from "../../src/recommend/kernels/generated/score";
import { loadKernel } from "../../src/recommend/kernels/load-kernel";
import { MemoryPlan } from "../../src/recommend/kernels/memory-plan";
import { hostWasm } from "./wasm-host";

const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -8, max: 8 });

async function scores(rows: number, stride: number, values: readonly number[], shared: boolean) {
  const plan = new MemoryPlan();
  const query = plan.reserve(stride);
  const block = plan.reserve(rows * stride);
  const out = plan.reserve(rows);
  const memory = plan.create(hostWasm, shared);
  new Float32Array(memory.buffer, query, stride).set(values.slice(0, stride));
  new Float32Array(memory.buffer, block, rows * stride).set(values.slice(stride));
  const kernel = await loadKernel(hostWasm, scoreKernel, memory, shared);
  kernel["scoreRows"]!(query, block, rows, stride, out);
  const singly = Array.from({ length: rows }, (_, i) =>
    kernel["dot"]!(query, block + i * stride * 4, stride),
  );
  return { together: [...new Float32Array(memory.buffer, out, rows)], singly };
}

describe("the score kernel", () => {
  test("agrees with plain sums, alone or four rows at a time, in a memory of its own or a shared one", async () => {
    const shape = fc.record({
      rows: fc.integer({ min: 0, max: 11 }),
      quads: fc.integer({ min: 1, max: 5 }),
      shared: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(shape, fc.infiniteStream(float), async ({ rows, quads, shared }, stream) => {
        const stride = quads * 4;
        const values = Array.from({ length: stride * (rows + 1) }, () => stream.next().value as number);
        const { together, singly } = await scores(rows, stride, values, shared);
        expect(together).toEqual(singly);
        for (let row = 0; row < rows; row++) {
          let sum = 0;
          let size = 1e-6;
          for (let i = 0; i < stride; i++) {
            const term = values[i]! * values[stride * (row + 1) + i]!;
            sum += term;
            size += Math.abs(term);
          }
          expect(Math.abs(together[row]! - sum)).toBeLessThanOrEqual(1e-6 * size);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("adds a multiple of one row to another", async () => {
    const plan = new MemoryPlan();
    const [x, y] = [plan.reserve(8), plan.reserve(8)];
    const memory = plan.create(hostWasm, false);
    const view = (offset: number) => new Float32Array(memory.buffer, offset, 8);
    view(x).set([1, 2, 3, 4, 5, 6, 7, 8]);
    view(y).fill(1);
    const kernel = await loadKernel(hostWasm, scoreKernel, memory, false);
    kernel["axpy"]!(0.5, x, y, 8);
    expect([...view(y)]).toEqual([1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5]);
  });
});

describe("a plan of a memory", () => {
  test("gives aligned pieces that do not meet", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 30 }), (counts) => {
        const plan = new MemoryPlan();
        let end = 1;
        for (const count of counts) {
          const offset = plan.reserve(count);
          expect(offset % 64).toBe(0);
          expect(offset).toBeGreaterThanOrEqual(end);
          end = offset + count * 4;
        }
        expect(plan.bytes).toBeGreaterThanOrEqual(end);
      }),
    );
  });
  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses %d elements", (count) => {
    expect(() => new MemoryPlan().reserve(count)).toThrow(SegueError);
  });
  test("refuses more than 4 GiB, and says so when the host has none", () => {
    const plan = new MemoryPlan();
    plan.reserve(2 ** 30);
    expect(() => plan.create(hostWasm, false)).toThrow(
      expect.objectContaining({ code: "kernel_unavailable" }),
    );
    const poor = {
      ...hostWasm,
      createMemory: () => {
        throw new RangeError("no memory");
      },
    };
    expect(() => new MemoryPlan().create(poor, false)).toThrow(
      expect.objectContaining({ code: "kernel_unavailable" }),
    );
  });
});

test("a host without SIMD gets a typed error", async () => {
  const memory = new MemoryPlan().create(hostWasm, false);
  const old = { ...hostWasm, instantiate: () => Promise.reject(new Error("invalid opcode")) };
  await expect(loadKernel(old, scoreKernel, memory, false)).rejects.toMatchObject({
    code: "kernel_unavailable",
  });
});

test("base64 gives back any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(fromBase64(Buffer.from(bytes).toString("base64"))).toEqual(bytes);
    }),
  );
});
