import type { AlbumId, ArtistId, PlaylistId, RecordingId, TrackId, UserId } from "../ids";
import type { Milliseconds } from "../units";

/** Every codec. */
export const CODECS = ["vorbis", "aac"] as const;
/** Codec together with its container: Vorbis in Ogg, AAC-LC in MP4. */
export type Codec = (typeof CODECS)[number];
/** What a listener pays for. */
export type Plan = "free" | "premium";
/** Quality: nominal bitrate in kbps. Vorbis has 24, 96, 160 and 320, AAC 128 and 256. */
export type Tier = 24 | 96 | 128 | 160 | 256 | 320;
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

/** A reference that is enough to show a name and to link. */
export interface ArtistRef {
  readonly id: ArtistId;
  readonly name: string;
}
export interface AlbumRef {
  readonly id: AlbumId;
  readonly title: string;
  readonly imageUrl: string | null;
}

/** Where the encrypted head of the rendition that the caller will most likely be granted can be fetched. */
export interface HeadRef {
  readonly renditionId: string;
  /** Signed URL that covers the first `byteLength` bytes of the media object. */
  readonly url: string;
  /** Bytes of the head. */
  readonly byteLength: number;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: Milliseconds;
}

/** What a listener presses: a recording as released on an album. */
export interface Track {
  readonly id: TrackId;
  readonly recordingId: RecordingId;
  readonly title: string;
  readonly artists: readonly ArtistRef[];
  readonly album: AlbumRef;
  readonly discNumber: number;
  readonly trackNumber: number;
  readonly durationMs: Milliseconds;
  readonly explicit: boolean;
  /** International Standard Recording Code, when known. */
  readonly isrc: string | null;
  readonly features: AudioFeatures | null;
  readonly mediaState: MediaState;
  /** Present when the caller may play the track and its audio is ready. */
  readonly head: HeadRef | null;
}

export interface Album {
  readonly id: AlbumId;
  readonly title: string;
  readonly artists: readonly ArtistRef[];
  readonly imageUrl: string | null;
  /** ISO 8601 date, year, or year and month. */
  readonly releaseDate: string | null;
  readonly genres: readonly string[];
  readonly trackCount: number;
  readonly durationMs: Milliseconds;
}

export interface Artist {
  readonly id: ArtistId;
  readonly name: string;
  readonly genres: readonly string[];
  readonly imageUrl: string | null;
}

export interface Playlist {
  readonly id: PlaylistId;
  readonly title: string;
  readonly description: string;
  readonly owner: { readonly id: UserId; readonly name: string };
  readonly imageUrl: string | null;
  readonly trackCount: number;
}
