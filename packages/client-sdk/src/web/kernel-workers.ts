import {
  callingThread,
  type KernelExports,
  type KernelPoolPort,
  type KernelThread,
  threadPool,
  type WasmPort,
} from "@segue/core/recommend";

/** The browser's WebAssembly, as core's kernels take it. A content security policy must allow 'wasm-unsafe-eval'. */
export const webWasm: WasmPort = {
  createMemory: ({ initialPages, maximumPages, shared }) =>
    new WebAssembly.Memory({ initial: initialPages, maximum: maximumPages, shared }),
  async instantiate(bytes, memory) {
    const imports = { env: { memory: memory as WebAssembly.Memory } };
    const { instance } = await WebAssembly.instantiate(bytes as Uint8Array<ArrayBuffer>, imports);
    return instance.exports as KernelExports;
  },
};

/** How threads are started. */
export interface KernelWorkersOptions {
  /** At least 1; by default as many as the machine runs at once, less one for the page. */
  readonly threads?: number;
  /** Where `kernel.worker.js` of this package is served, when a bundler does not see to it. */
  readonly workerUrl?: string | URL;
}

function startThread(url: string | URL | undefined): KernelThread {
  const worker = url
    ? new Worker(url, { type: "module" })
    : new Worker(new URL("./kernel.worker.js", import.meta.url), { type: "module" });
  return {
    post: (message) => worker.postMessage(message),
    listen(onAnswer) {
      worker.onmessage = (event: MessageEvent<string | null>) => onAnswer(event.data);
      worker.onerror = (event) => onAnswer(event.message || "The worker could not be loaded.");
    },
    async stop() {
      worker.terminate();
    },
  };
}

/**
 * Threads for core's recommendation kernels. They need shared memory, hence a page that is cross-origin isolated; on any other
 * page the calling thread computes alone, with the same result to the bit, and is busy meanwhile: call it from a worker.
 */
export function kernelWorkers(options: KernelWorkersOptions = {}): KernelPoolPort {
  if (!globalThis.crossOriginIsolated) return callingThread(webWasm);
  const threads = Math.max(1, Math.floor(options.threads ?? (navigator.hardwareConcurrency ?? 2) - 1));
  return {
    wasm: webWasm,
    threads,
    shared: true,
    open: (kernel, memory, scratch) =>
      threadPool(
        scratch.map(() => startThread(options.workerUrl)),
        kernel,
        memory,
        scratch,
      ),
  };
}
