import { loadKernel } from "./load-kernel";
import type { KernelSource, WasmMemory, WasmPort } from "./wasm-port";

/** A kernel on one thread or several over one memory. */
export interface KernelPool {
  /**
   * Calls the kernel's function once with each list of arguments, on any thread and in any order, and resolves when all have
   * returned. The thread's scratch address comes first, before the given arguments. Rejects when a thread fails.
   */
  run(name: string, calls: readonly (readonly number[])[]): Promise<void>;
  close(): Promise<void>;
}

/** Threads that a host can give. */
export interface KernelPoolPort {
  readonly wasm: WasmPort;
  readonly threads: number;
  /** Whether the memory must be shared: always, unless the calling thread alone computes. */
  readonly shared: boolean;
  /** Starts the threads; thread i uses `scratch[i]`. Rejects with `kernel_unavailable`. */
  open(kernel: KernelSource, memory: WasmMemory, scratch: readonly number[]): Promise<KernelPool>;
}

/** The calling thread alone. It is busy until a call returns. */
export function callingThread(wasm: WasmPort): KernelPoolPort {
  return {
    wasm,
    threads: 1,
    shared: false,
    async open(source, memory, scratch) {
      const kernel = await loadKernel(wasm, source, memory, false);
      return {
        async run(name, calls) {
          for (const call of calls) kernel[name]!(scratch[0]!, ...call);
        },
        async close() {},
      };
    },
  };
}
