/** Recommendation maths: pure functions over arrays; WebAssembly, workers and randomness are passed in. */

export * from "./container/container";
export * from "./item-space";
export { scoreKernel } from "./kernels/generated/score";
export * from "./kernels/load-kernel";
export * from "./kernels/memory-plan";
export * from "./kernels/wasm-port";
export * from "./neighbors/brute-force";
export { ExactIndex, type ExactIndexOptions } from "./neighbors/exact-index";
export { KdTree, type KdTreeOptions, type KdTreeSearchOptions } from "./neighbors/kd-tree";
export { loadKdTree, saveKdTree } from "./neighbors/kd-tree-bytes";
export { KernelKdTree } from "./neighbors/kd-tree-kernel";
export {
  MAX_COORDINATE,
  type Metric,
  type NeighborIndex,
  type Neighbors,
  scoreOf,
} from "./neighbors/neighbor-index";
export * from "./random";
