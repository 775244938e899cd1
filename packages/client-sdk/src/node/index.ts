export type { WebSocketConstructor, WebSocketLike } from "../connect/web-socket";
export * from "../index";
export type { AudioOutput, AudioOutputFormat } from "../ports/audio-output";
export { createNodeClient, type NodeClientOptions, type NodeOutput } from "./create-node-client";
