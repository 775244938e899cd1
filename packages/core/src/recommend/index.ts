/** Recommendation maths: pure functions over arrays; WebAssembly, workers and randomness are passed in. */

export * from "./cf/confidence";
export * from "./cf/ease";
export * from "./cf/fold-in";
export * from "./cf/ials-model";
export * from "./cf/ials-options";
export * from "./cf/interactions";
export * from "./cf/model-bytes";
export * from "./cf/popularity";
export { type IalsProgress, type IalsTraining, trainIals } from "./cf/train-ials";
export * from "./audio-features/audio-space";
export * from "./audio-features/features";
export {
  type FeaturedTrack,
  type FeatureWeights,
  measureStandardization,
  parseStandardization,
  type Standardization,
} from "./audio-features/standardization";
export * from "./audio-features/transform";
export * from "./container/container";
export * from "./item-space";
export { scoreKernel } from "./kernels/generated/score";
export { callingThread, type KernelPool, type KernelPoolPort } from "./kernels/kernel-pool";
export * from "./kernels/load-kernel";
export * from "./kernels/memory-plan";
export * from "./kernels/thread-pool";
export * from "./kernels/wasm-port";
export * from "./metrics/catalog";
export * from "./metrics/diversity";
export * from "./metrics/ranking";
export * from "./metrics/split";
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
export * from "./top-items";
