import type { Milliseconds } from "../units";

/** Every codec. */
export const CODECS = ["vorbis", "aac"] as const;
/** Codec together with its container: Vorbis in Ogg, AAC-LC in MP4. */
export type Codec = (typeof CODECS)[number];
/** What a listener pays for. */
export type Plan = "free" | "premium";
/** Qualities of Vorbis: nominal bitrates in kbps. */
export type VorbisTier = 24 | 96 | 160 | 320;
/** Qualities of AAC: nominal bitrates in kbps. */
export type AacTier = 128 | 256;
/** Quality: nominal bitrate in kbps. */
export type Tier = VorbisTier | AacTier;
/** Every kind of device. */
export const DEVICE_TYPES = ["web", "desktop", "mobile", "speaker", "tv", "other"] as const;
/** Kind of device, which with the plan decides the tier. */
export type DeviceType = (typeof DEVICE_TYPES)[number];

/** Eight audio features of a track: tempo in beats per minute, the others from 0 to 1. */
export interface AudioFeatures {
  readonly tempo: number;
  readonly energy: number;
  readonly valence: number;
  readonly danceability: number;
  readonly acousticness: number;
  readonly speechiness: number;
  readonly instrumentalness: number;
  readonly liveness: number;
}

/** When and where a track may be played. Absent bounds are open. */
export interface Availability {
  /** ISO 3166-1 alpha-2 codes; absent means everywhere. */
  readonly markets?: readonly string[];
  /** First playable instant, milliseconds since the Unix epoch. */
  readonly from?: Milliseconds;
  /** First instant at which it is no longer playable, milliseconds since the Unix epoch. */
  readonly until?: Milliseconds;
}

/** Whether a track's audio can be granted now. */
export type MediaState = "ready" | "preparing" | "failed";
