import { SegueError } from "../../errors/segue-error";
import type { WasmMemory, WasmPort } from "./wasm-port";

const PAGE_BYTES = 65_536;
/** WebAssembly addresses are 32 bits: 4 GiB. */
const MAXIMUM_PAGES = 65_536;
const ALIGNMENT = 64;

/**
 * Lays arrays out in one memory before it exists, so that it never grows: growing would detach every view.
 * Offsets are aligned to 64 bytes and never 0.
 */
export class MemoryPlan {
  #end = ALIGNMENT;

  /** Reserves `count` elements of `bytesEach` and returns their byte offset. Throws `invalid_argument`. */
  reserve(count: number, bytesEach = 4): number {
    if (!Number.isSafeInteger(count) || count < 0)
      throw new SegueError("invalid_argument", { detail: `A kernel cannot hold ${count} elements.` });
    const offset = this.#end;
    this.#end = Math.ceil((offset + count * bytesEach) / ALIGNMENT) * ALIGNMENT;
    return offset;
  }

  /** Bytes reserved so far. */
  get bytes(): number {
    return this.#end;
  }

  /** Creates the memory, zeroed. Throws `kernel_unavailable` when it is over 4 GiB or the host has none to give. */
  create(port: WasmPort, shared: boolean): WasmMemory {
    const pages = Math.ceil(this.#end / PAGE_BYTES);
    if (pages > MAXIMUM_PAGES)
      throw new SegueError("kernel_unavailable", {
        detail: `It needs ${this.#end} bytes; one memory holds 4 GiB.`,
      });
    try {
      return port.createMemory({ initialPages: pages, maximumPages: pages, shared });
    } catch (cause) {
      throw new SegueError("kernel_unavailable", { detail: `The host gave no ${this.#end} bytes.`, cause });
    }
  }
}
