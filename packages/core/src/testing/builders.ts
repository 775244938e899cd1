import type { Grant, KeyEnvelope, Manifest, Validity } from "../grants/manifest";
import { type Id, type IdKind, idFromBytes } from "../ids";
import { ciphertextLength } from "../protection/layout";
import type { QueueItem } from "../queue/queue";
import type { Track } from "../wire/resources";

/** The id of kind `kind` that carries number `n`. */
export function numberedId<K extends IdKind>(kind: K, n: number): Id<K> {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, n);
  return idFromBytes(kind, bytes);
}

/** Track number `n`, 40 s long, playable, without a head. */
export function buildTrack(n: number, overrides: Partial<Track> = {}): Track {
  return {
    id: numberedId("track", n),
    recordingId: numberedId("recording", n),
    title: `Track ${n}`,
    artists: [{ id: numberedId("artist", 1), name: "Artist" }],
    album: { id: numberedId("album", 1), title: "Album", imageUrl: null },
    discNumber: 1,
    trackNumber: n,
    durationMs: 40_000,
    explicit: false,
    isrc: null,
    features: null,
    mediaState: "ready",
    head: null,
    ...overrides,
  };
}

/** Manifest of track number `n`: Vorbis at 96 kbps and 44.1 kHz, 40 s. */
export function buildManifest(n: number, overrides: Partial<Manifest> = {}): Manifest {
  return {
    renditionId: numberedId("rendition", n),
    trackId: numberedId("track", n),
    codec: "vorbis",
    bitrateBps: 96_000,
    sampleRateHz: 44_100,
    channels: 2,
    trimStartFrames: 0,
    trimEndFrames: 0,
    totalFrames: 40 * 44_100,
    loudness: { trackLufs: -14, trackPeak: 0.9, albumLufs: -14, albumPeak: 0.9 },
    media: {
      hash: n.toString(16).padStart(64, "0"),
      byteLength: ciphertextLength(480_000),
      segmentBytes: 16_384,
      keyId: numberedId("key", n),
      salt: new Uint8Array(32).fill(1),
      noncePrefix: new Uint8Array(7).fill(2),
      url: `/v1/media/${n}`,
      urlExpiresAtMs: 600_000,
    },
    ...overrides,
  };
}

/** An envelope of the right shape that opens with no key. */
export function buildEnvelope(n: number, overrides: Partial<KeyEnvelope> = {}): KeyEnvelope {
  return {
    keyId: numberedId("key", n),
    renditionId: numberedId("rendition", n),
    deviceId: numberedId("device", 1),
    ephemeralPublicKey: new Uint8Array(65).fill(4),
    wrappedKey: new Uint8Array(40),
    ...overrides,
  };
}

/** Grant of track number `n`. */
export function buildGrant(n: number, overrides: Partial<Manifest> = {}): Grant {
  return { manifest: buildManifest(n, overrides), keyEnvelope: buildEnvelope(n) };
}

/** A validity from 0 to 1 hour of a premium user. */
export function buildValidity(seq: number, overrides: Partial<Validity> = {}): Validity {
  return {
    seq,
    deviceId: numberedId("device", 1),
    userId: numberedId("user", 1),
    plan: "premium",
    offlineAllowed: true,
    issuedAtMs: 0,
    notAfterMs: 3_600_000,
    renewAfterMs: 1_800_000,
    revokedKeyIds: [],
    ...overrides,
  };
}

/** Queue items numbered from `first`, with uids `u<n>`. */
export function buildItems(
  first: number,
  count: number,
  source: QueueItem["source"] = "context",
): QueueItem[] {
  return Array.from({ length: count }, (_, i) => ({
    uid: `u${first + i}`,
    trackId: numberedId("track", first + i),
    source,
  }));
}
