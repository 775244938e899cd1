/** Entry of a thread for core's kernels: it calls what it is told, over a memory that all threads share. */
import type { ThreadMessage } from "@segue/core/recommend";

interface WorkerScope {
  postMessage(failure: string | null): void;
  onmessage: ((event: MessageEvent<ThreadMessage>) => void) | null;
}
const scope = globalThis as unknown as WorkerScope;

let kernel: Record<string, (...args: number[]) => number> = {};
let scratch = 0;

function obey(message: ThreadMessage): void {
  if (message.kind === "open") {
    scratch = message.scratch;
    const compiled = new WebAssembly.Module(message.bytes as Uint8Array<ArrayBuffer>);
    const imports = { env: { memory: message.memory as WebAssembly.Memory } };
    kernel = new WebAssembly.Instance(compiled, imports).exports as typeof kernel;
  } else kernel[message.name]!(scratch, ...message.args);
}

scope.onmessage = ({ data }) => {
  try {
    obey(data);
    scope.postMessage(null);
  } catch (error) {
    scope.postMessage(String(error));
  }
};
