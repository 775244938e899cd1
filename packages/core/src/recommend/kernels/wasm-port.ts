/** What kernels need of their host. Core itself names no host type, so a host passes WebAssembly in. */

/** A linear memory. Its bytes are `buffer`; a shared one may be used by several threads at once. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
}

/** How large a memory is and may become, in pages of 65,536 bytes. */
export interface WasmMemoryLimits {
  readonly initialPages: number;
  readonly maximumPages: number;
  readonly shared: boolean;
}

/** The functions a kernel exports. Addresses are byte offsets into its memory. */
export type KernelExports = Readonly<Record<string, (...args: number[]) => number>>;

/** WebAssembly with 128-bit SIMD, as Node 16+ and every browser since 2023 have it. */
export interface WasmPort {
  /** Throws when the host cannot give that much memory, or none that is shared. */
  createMemory(limits: WasmMemoryLimits): WasmMemory;
  /** Compiles `bytes` and gives the module `memory` as its import `env.memory`. */
  instantiate(bytes: Uint8Array, memory: WasmMemory): Promise<KernelExports>;
}

/** A compiled kernel as it is committed. */
export interface KernelSource {
  readonly name: string;
  /** Offset of the byte that says whether the imported memory is shared. */
  readonly sharedFlagOffset: number;
  readonly base64: string;
}
