/** The Segue reference server as a library: start one in a program or a test. */
export { DataDirInUse } from "./adapters/files/data-dir-lock";
export { ConfigError, parseConfig, type ServerConfig } from "./config";
export type { ServerContext, ServerSecrets } from "./context";
export { type IngestEnvironment, type IngestSummary, ingestFolder } from "./ingest/ingest";
export { DEMO_USERS, type DemoUser } from "./modules/auth/demo-users";
export type { StoredTrack as StoredPlayable } from "./modules/playback/playable-store";
export type { Stores } from "./modules/stores";
export { findFfmpeg } from "./production/read/ffmpeg";
export type { Ffmpeg } from "./production/read/workshop";
export {
  type DataOptions,
  type OpenedData,
  openData,
  type RunningServer,
  type ServerOptions,
  type StoreChange,
  startServer,
} from "./server";
