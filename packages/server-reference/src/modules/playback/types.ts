/** What a grant is decided from, and where it is read. */
import type {
  Availability,
  Bytes,
  Codec,
  Frames,
  Hertz,
  KeyId,
  Loudness,
  MediaState,
  Plan,
  RenditionId,
  Tier,
  TrackId,
  UserId,
} from "@segue/core";

/** Who asks. */
export interface GrantUser {
  readonly id: UserId;
  readonly plan: Plan;
  /** ISO 3166-1 alpha-2 code. */
  readonly market: string;
  readonly explicitFilter: boolean;
}

/** A rendition with all that a manifest and an envelope say about it. */
export interface PlayableRendition {
  readonly id: RenditionId;
  readonly codec: Codec;
  readonly tier: Tier;
  readonly sampleRateHz: Hertz;
  readonly channels: 1 | 2;
  readonly trimStartFrames: Frames;
  readonly trimEndFrames: Frames;
  readonly totalFrames: Frames;
  readonly loudness: Loudness;
  /** Lower-case hex SHA-256 of the ciphertext. */
  readonly hash: string;
  readonly byteLength: Bytes;
  readonly keyId: KeyId;
  readonly salt: Uint8Array;
  readonly noncePrefix: Uint8Array;
  /** 32 bytes; never leaves the server but in an envelope. */
  readonly contentKey: Uint8Array;
}

/** A track as grants see it. */
export interface PlayableTrack {
  readonly id: TrackId;
  readonly explicit: boolean;
  readonly availability: Availability;
  readonly mediaState: MediaState;
  /** Empty unless `mediaState` is `ready`. */
  readonly renditions: readonly PlayableRendition[];
}

/** Where tracks are read for grants and heads. */
export interface PlayableTracks {
  /** The tracks that exist among `ids`. */
  tracks(ids: readonly TrackId[]): Promise<ReadonlyMap<TrackId, PlayableTrack>>;
}
