import type { WasmPort } from "../../src/recommend/kernels/wasm-port";

/** WebAssembly of Node and of browsers, as a host passes it to core. */
export const hostWasm: WasmPort = {
  createMemory: ({ initialPages, maximumPages, shared }) =>
    new WebAssembly.Memory({ initial: initialPages, maximum: maximumPages, shared }),
  async instantiate(bytes, memory) {
    const source = bytes as Uint8Array<ArrayBuffer>;
    const imports = { env: { memory: memory as WebAssembly.Memory } };
    const { instance } = await WebAssembly.instantiate(source, imports);
    return instance.exports as Record<string, (...args: number[]) => number>;
  },
};
