export type {
  Album,
  AlbumRef,
  Artist,
  ArtistRef,
  AudioFeatures,
  Codec,
  HeadRef,
  NormalizationMode,
  Plan,
  PlaybackPhase as PlayerStatus,
  Playlist,
  Refusal,
  RefusalReason,
  RepeatMode,
  Track,
} from "@segue/core";
export { ERROR_TABLE, type ErrorCode, isErrorCode, SegueError, type SegueErrorOptions } from "@segue/core";
export type * from "./client";
export type { Engine, EngineEvent, EngineItem, EngineStats, HeadRequest } from "./engine/engine-port";
export { type Clock, systemClock } from "./ports/clock";
export type { CredentialStore, TokenSet } from "./ports/credentials";
export type { HttpClient, HttpRequest, HttpResponse } from "./ports/http";
export type { IndexStore } from "./ports/index-store";
export type { DeviceKeyPair, DeviceKeys, KeyStore } from "./ports/key-store";
