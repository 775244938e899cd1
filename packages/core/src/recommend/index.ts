/** Recommendation maths: pure functions over arrays; WebAssembly, workers and randomness are passed in. */

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
export * from "./cf/confidence";
export * from "./cf/ease";
export * from "./cf/fold-in";
export * from "./cf/ials-model";
export * from "./cf/ials-options";
export * from "./cf/interactions";
export * from "./cf/model-bytes";
export * from "./cf/popularity";
export { type IalsProgress, type IalsTraining, trainIals } from "./cf/train-ials";
export * from "./clusters/assignment";
export { bestClustering, silhouette } from "./clusters/silhouette";
export { type Clustering, sphericalKMeans, type WeightedPoints } from "./clusters/spherical-k-means";
export * from "./container/container";
export { loadItemSpace, saveItemSpace } from "./container/item-space-bytes";
export * from "./daily-mix/daily-mixes";
export { type KnownMix, matchMixes } from "./daily-mix/match-mixes";
export * from "./discover-weekly/discover-weekly";
export * from "./discover-weekly/iso-week";
export { type Discovery, discoveries, type Proposals, type ValueOptions } from "./discover-weekly/value";
export * from "./item-space";
export { scoreKernel } from "./kernels/generated/score";
export { callingThread, type KernelPool, type KernelPoolPort } from "./kernels/kernel-pool";
export * from "./kernels/load-kernel";
export * from "./kernels/memory-plan";
export * from "./kernels/thread-pool";
export * from "./kernels/wasm-port";
export * from "./metrics/catalog";
export * from "./metrics/diversity";
export * from "./metrics/interleaving";
export * from "./metrics/ranking";
export * from "./metrics/split";
export * from "./neighbors/brute-force";
export { ClusteredIndex, type ClusteredIndexOptions } from "./neighbors/clustered-index";
export * from "./neighbors/clusters";
export { loadClusters, saveClusters } from "./neighbors/clusters-bytes";
export { ExactIndex } from "./neighbors/exact-index";
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
export type { HiddenRows, TopKLimits } from "./neighbors/top-k-memory";
export * from "./neighbors/unit-space";
export * from "./radio/radio";
export * from "./random";
export * from "./selection/listener";
export { type Candidate, type MmrOptions, maximalMarginalRelevance } from "./selection/mmr";
export * from "./selection/reason";
export * from "./similar/continue-playlist";
export * from "./similar/fuse";
export { type SimilaritySpace, type SimilarRequest, similarTracks } from "./similar/similar-tracks";
export type { TasteEvent } from "./taste/events";
export * from "./taste/profile";
export { foldName, MAX_NAME_UNITS } from "./text/fold";
export { type ItemTraining, type ItemVectorOptions, trainItemVectors } from "./text/item-vectors";
export {
  NAME_FEATURES_VERSION,
  type NameSpace,
  type NameSpaceOptions,
  nameVector,
  trainNameSpace,
} from "./text/name-space";
export { loadNameSpace, saveNameSpace } from "./text/name-space-bytes";
export * from "./text/playlists";
export * from "./text/tokens";
export type { TrainingProgress } from "./text/training";
export * from "./top-items";
export * from "./tracks/track-table";
