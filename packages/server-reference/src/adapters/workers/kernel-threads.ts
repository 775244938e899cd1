import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { callingThread, type KernelPoolPort, type KernelThread, threadPool } from "@segue/core/recommend";
import { nodeWasm } from "./host-wasm";

/**
 * What a thread runs. It is text and imports nothing of this package, so it starts the same from sources, from a bundle and
 * from a test runner.
 */
const PROGRAM = `
const { parentPort } = require("node:worker_threads");
let kernel;
let scratch;
parentPort.on("message", (message) => {
  let failure = null;
  try {
    if (message.kind === "open") {
      scratch = message.scratch;
      kernel = new WebAssembly.Instance(new WebAssembly.Module(message.bytes), { env: { memory: message.memory } }).exports;
    } else kernel[message.name](scratch, ...message.args);
  } catch (error) {
    failure = String(error);
  }
  parentPort.postMessage(failure);
});
`;

function startThread(): KernelThread {
  const worker = new Worker(PROGRAM, { eval: true, execArgv: [], env: {} });
  let stopping = false;
  return {
    post: (message) => worker.postMessage(message),
    listen(onAnswer) {
      worker.on("message", onAnswer);
      worker.on("error", (error) => onAnswer(String(error)));
      worker.on("exit", (code) => {
        if (!stopping) onAnswer(`It ended with code ${code}.`);
      });
    },
    async stop() {
      stopping = true;
      await worker.terminate();
    },
  };
}

/**
 * Threads for core's kernels; as many as the machine runs at once unless told otherwise. One thread is a worker too, so the
 * server goes on answering while it computes; `inline` computes on the calling thread instead.
 */
export function kernelThreads(options: { threads?: number; inline?: boolean } = {}): KernelPoolPort {
  if (options.inline) return callingThread(nodeWasm);
  const threads = Math.max(1, Math.floor(options.threads ?? availableParallelism()));
  return {
    wasm: nodeWasm,
    threads,
    shared: true,
    open: (kernel, memory, scratch) => threadPool(scratch.map(startThread), kernel, memory, scratch),
  };
}
