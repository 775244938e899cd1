import { SegueError } from "../../errors/segue-error";
import { fromBase64 } from "./base64";
import type { KernelExports, KernelSource, WasmMemory, WasmPort } from "./wasm-port";

const OWN_MEMORY = 1;
const SHARED_MEMORY = 3;

/** The kernel's module, fit to import a memory that is shared or its own. */
export function kernelBytes(source: KernelSource, shared: boolean): Uint8Array {
  const bytes = fromBase64(source.base64);
  bytes[source.sharedFlagOffset] = shared ? SHARED_MEMORY : OWN_MEMORY;
  return bytes;
}

/** Instantiates a kernel over `memory`. Throws `kernel_unavailable` when the host cannot run it. */
export async function loadKernel(
  port: WasmPort,
  source: KernelSource,
  memory: WasmMemory,
  shared: boolean,
): Promise<KernelExports> {
  try {
    return await port.instantiate(kernelBytes(source, shared), memory);
  } catch (cause) {
    throw new SegueError("kernel_unavailable", {
      detail: `The kernel "${source.name}" did not load.`,
      cause,
    });
  }
}
