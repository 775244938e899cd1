export * from "../index";
export { type CompletedSignIn, completeSignIn } from "./auth/callback";
export { createWebClient, type WebClientOptions } from "./create-web-client";
export { type KernelWorkersOptions, kernelWorkers, webWasm } from "./kernel-workers";
export { createWebEngine, type EngineAssets, type WebEngineOptions } from "./web-engine";
