export * from "../index";
export { type CompletedSignIn, completeSignIn } from "./auth/callback";
export { createWebClient, type WebClientOptions } from "./create-web-client";
export { createWebEngine, type EngineAssets, type WebEngineOptions } from "./web-engine";
