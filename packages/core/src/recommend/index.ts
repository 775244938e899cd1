/** Recommendation maths: pure functions over arrays; WebAssembly, workers and randomness are passed in. */

export * from "./item-space";
export { scoreKernel } from "./kernels/generated/score";
export * from "./kernels/load-kernel";
export * from "./kernels/memory-plan";
export * from "./kernels/wasm-port";
export * from "./random";
