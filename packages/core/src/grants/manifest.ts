/** The shapes of grants: what a client must know, hold and be told to play. */
import type { RefusalReason } from "../catalog/availability";
import type { Codec, Plan } from "../catalog/types";
import type { DeviceId, KeyId, RenditionId, TrackId, UserId } from "../ids";
import type { Bytes, Frames, Hertz, Milliseconds } from "../units";

/** Measured loudness (EBU R 128) of a track and of its album. */
export interface Loudness {
  readonly trackLufs: number;
  /** Linear true peak. */
  readonly trackPeak: number;
  readonly albumLufs: number;
  readonly albumPeak: number;
}

/** Immutable ciphertext of a rendition and where to fetch it. */
export interface MediaObject {
  /** Lower-case hex SHA-256 of the ciphertext. */
  readonly hash: string;
  readonly byteLength: Bytes;
  readonly segmentBytes: Bytes;
  readonly keyId: KeyId;
  /** 32 bytes. */
  readonly salt: Uint8Array;
  /** 7 bytes. */
  readonly noncePrefix: Uint8Array;
  readonly url: string;
  readonly urlExpiresAtMs: Milliseconds;
}

/** What a client must know to play a rendition. */
export interface Manifest {
  readonly renditionId: RenditionId;
  readonly trackId: TrackId;
  readonly codec: Codec;
  readonly bitrateBps: number;
  readonly sampleRateHz: Hertz;
  readonly channels: 1 | 2;
  readonly trimStartFrames: Frames;
  readonly trimEndFrames: Frames;
  readonly totalFrames: Frames;
  readonly loudness: Loudness;
  readonly media: MediaObject;
}

/** A content key wrapped to one device. */
export interface KeyEnvelope {
  readonly keyId: KeyId;
  readonly renditionId: RenditionId;
  readonly deviceId: DeviceId;
  /** Uncompressed P-256 point, 65 bytes. */
  readonly ephemeralPublicKey: Uint8Array;
  /** 40 bytes. */
  readonly wrappedKey: Uint8Array;
}

/** Lets one device use its envelopes until `notAfterMs`. */
export interface Validity {
  readonly seq: number;
  readonly deviceId: DeviceId;
  readonly userId: UserId;
  readonly plan: Plan;
  readonly offlineAllowed: boolean;
  readonly issuedAtMs: Milliseconds;
  readonly notAfterMs: Milliseconds;
  readonly renewAfterMs: Milliseconds;
  readonly revokedKeyIds: readonly KeyId[];
}

/** Bytes that were signed, and the signature. */
export interface SignedPayload {
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  readonly signingKeyId: string;
}

export interface Refusal {
  readonly reason: RefusalReason;
  readonly message: string;
  readonly retryAfterMs?: Milliseconds;
  readonly availableAtMs?: Milliseconds;
}

export interface Grant {
  readonly manifest: Manifest;
  readonly keyEnvelope: KeyEnvelope;
}

export type GrantResult =
  | { readonly trackId: TrackId; readonly kind: "grant"; readonly grant: Grant }
  | { readonly trackId: TrackId; readonly kind: "refusal"; readonly refusal: Refusal };

export interface GrantRequest {
  readonly deviceId: DeviceId;
  readonly items: readonly { readonly trackId: TrackId; readonly preferredRenditionId?: RenditionId }[];
  readonly codecs: readonly Codec[];
  /** Absent: the plan's best. */
  readonly maxBitrateBps?: number;
}

export interface GrantResponse {
  readonly results: readonly GrantResult[];
  readonly validity: SignedPayload;
  readonly serverTimeMs: Milliseconds;
}
