export type {
  Album,
  AlbumRef,
  Artist,
  ArtistRef,
  AudioFeatures,
  Codec,
  EndReason,
  HeadRef,
  HeardSegment,
  NormalizationMode,
  Plan,
  Play,
  PlaybackPhase as PlayerStatus,
  Playlist,
  ReceiptStatus,
  Refusal,
  RefusalReason,
  RepeatMode,
  StartReason,
  Track,
} from "@segue/core";
export { ERROR_TABLE, type ErrorCode, isErrorCode, SegueError, type SegueErrorOptions } from "@segue/core";
export type * from "./client";
export { type Clock, systemClock } from "./ports/clock";
export type { CredentialStore, TokenSet } from "./ports/credentials";
export type { Engine, EngineEvent, EngineItem, EngineStats, HeadRequest } from "./ports/engine";
export type { HttpClient, HttpRequest, HttpResponse } from "./ports/http";
export type { IndexStore } from "./ports/index-store";
export type { DeviceKeyPair, DeviceKeys, KeyStore } from "./ports/key-store";
export type { OutboxStore, StoredPlay } from "./ports/outbox-store";
export type { Socket, SocketEvents, SocketFactory } from "./ports/socket";
