import type { KernelExports, WasmMemory, WasmPort } from "@segue/core/recommend";

/** What is used of Node's WebAssembly; Node's types leave it to those of browsers. */
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => WasmMemory;
  instantiate(
    bytes: Uint8Array,
    imports: { env: { memory: WasmMemory } },
  ): Promise<{ instance: { exports: unknown } }>;
};

/** Node's WebAssembly, as core's kernels take it. */
export const nodeWasm: WasmPort = {
  createMemory: ({ initialPages, maximumPages, shared }) =>
    new WebAssembly.Memory({ initial: initialPages, maximum: maximumPages, shared }),
  async instantiate(bytes, memory) {
    const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
    return instance.exports as KernelExports;
  },
};
