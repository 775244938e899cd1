import {
  buildInteractions,
  type KernelSource,
  MemoryPlan,
  scoreKernel,
  trainIals,
} from "@segue/core/recommend";
import { describe, expect, test } from "vitest";
import { kernelThreads } from "../../src/adapters/workers/kernel-threads";

/** Users and items of five kinds, larger than one piece of work. */
const data = buildInteractions(
  Array.from({ length: 4000 }, (_, n) => {
    const user = (n * 7919) % 500;
    const item = ((n * 104_729) % 60) * 5 + (n % 3 === 0 ? n % 5 : user % 5);
    return { user: `u${user}`, item: `i${item}`, weight: 1 + (n % 4) / 2 };
  }),
);

describe("threads for kernels", () => {
  test.each(["exact", "cg"] as const)("any number of them trains the same bits, %s", async (solver) => {
    const options = { dimensions: 20, epochs: 3, seed: 9, solver };
    const expected = await trainIals(data, options, { pool: kernelThreads({ inline: true }) });
    expect(expected.items.vectors.some((value) => value !== 0)).toBe(true);
    for (const threads of [1, 2, 3, 4]) {
      const model = await trainIals(data, options, { pool: kernelThreads({ threads }) });
      expect(model.users.vectors).toEqual(expected.users.vectors);
      expect(model.items.vectors).toEqual(expected.items.vectors);
    }
  });

  const open = async (kernel: KernelSource, threads = 2) => {
    const plan = new MemoryPlan();
    const scratch = Array.from({ length: threads }, () => plan.reserve(64));
    const out = plan.reserve(500);
    const port = kernelThreads({ threads });
    const memory = plan.create(port.wasm, port.shared);
    return { memory, scratch, out, pool: await port.open(kernel, memory, scratch) };
  };

  test("every call is made, whatever thread makes it", async () => {
    const { memory, scratch, out, pool } = await open(scoreKernel);
    for (const query of scratch) new Float32Array(memory.buffer, query, 4).set([1, 0, 0, 0]);
    const rows = new Float32Array(memory.buffer, out + 400, 400);
    for (let row = 0; row < 100; row++) rows[row * 4] = row + 1;
    // The thread's scratch is the query: out[row] = rows[row][0].
    const calls = Array.from({ length: 100 }, (_, row) => [out + 400 + row * 16, 1, 4, out + row * 4]);
    await pool.run("scoreRows", calls);
    await pool.run("scoreRows", []);
    expect([...new Float32Array(memory.buffer, out, 100)]).toEqual(calls.map((_, row) => row + 1));
    await pool.close();
  });

  test("a kernel that does not load, and a function that does not exist, are typed errors", async () => {
    await expect(open({ ...scoreKernel, base64: "AGFzbQEA" })).rejects.toMatchObject({
      code: "kernel_unavailable",
    });
    const { pool } = await open(scoreKernel);
    await expect(pool.run("nothing", [[1]])).rejects.toMatchObject({ code: "kernel_unavailable" });
    await expect(pool.run("dot", [[1, 1]])).rejects.toMatchObject({ code: "kernel_unavailable" });
    await pool.close();
  });
});
