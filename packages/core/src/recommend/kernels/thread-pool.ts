import { SegueError } from "../../errors/segue-error";
import type { KernelPool } from "./kernel-pool";
import { kernelBytes } from "./load-kernel";
import type { KernelSource, WasmMemory } from "./wasm-port";

/**
 * What a thread is told. It answers each message once, with null when done and with a text when it failed. `open`: instantiate
 * `bytes` with `memory` as `env.memory`. `call`: call the export `name` with `scratch` and `args`.
 */
export type ThreadMessage =
  | {
      readonly kind: "open";
      readonly bytes: Uint8Array;
      readonly memory: WasmMemory;
      readonly scratch: number;
    }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly number[] };

/** A thread of the host. */
export interface KernelThread {
  post(message: ThreadMessage): void;
  /** Sets who is told of answers and, with a text, of the thread's death. Called once, before any message. */
  listen(onAnswer: (failure: string | null) => void): void;
  stop(): Promise<void>;
}

/** Calls given to a thread ahead, so that it need not wait for the next. */
const AHEAD = 2;

/** A pool over threads that a host started. Rejects with `kernel_unavailable` when a thread fails; the pool is then dead. */
export async function threadPool(
  threads: readonly KernelThread[],
  kernel: KernelSource,
  memory: WasmMemory,
  scratch: readonly number[],
): Promise<KernelPool> {
  let failure: SegueError | null = null;
  let onAnswer: (thread: KernelThread) => void = () => {};
  let onFailure: () => void = () => {};
  for (const thread of threads)
    thread.listen((text) => {
      if (text === null) return onAnswer(thread);
      failure ??= new SegueError("kernel_unavailable", { detail: `A thread failed: ${text}` });
      onFailure();
    });

  /** Sends each message to some thread and resolves when all are answered. */
  const sendAll = (count: number, send: (thread: KernelThread, index: number) => void) =>
    new Promise<void>((resolve, reject) => {
      let sent = 0;
      let answered = 0;
      onFailure = () => reject(failure);
      onAnswer = (thread) => {
        answered++;
        if (sent < count) send(thread, sent++);
        if (answered === count) resolve();
      };
      if (failure) return reject(failure);
      if (count === 0) return resolve();
      for (let round = 0; round < AHEAD; round++)
        for (const thread of threads) if (sent < count) send(thread, sent++);
    });

  const bytes = kernelBytes(kernel, true);
  const close = async () => {
    await Promise.all(threads.map((thread) => thread.stop()));
  };
  try {
    // One message per thread: the first round of `sendAll` gives each thread its own.
    await sendAll(threads.length, (thread, index) =>
      thread.post({ kind: "open", bytes, memory, scratch: scratch[index]! }),
    );
  } catch (cause) {
    await close();
    throw cause;
  }
  return {
    run: (name, calls) =>
      sendAll(calls.length, (thread, index) => thread.post({ kind: "call", name, args: calls[index]! })),
    close,
  };
}
