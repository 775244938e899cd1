/** Arbitrary messages in their domain form. */
import fc from "fast-check";
import type { PlayEvent } from "../../src/events/play-event";
import { uuidText, uuidV7 } from "../../src/events/uuid-v7";
import type { GrantRequest, GrantResponse, SignedPayload, Validity } from "../../src/grants/manifest";
import { type IdKind, idFromBytes } from "../../src/ids";
import type {
  PublishRequest,
  PublishResponse,
  TimeProof,
  TimeProofRequest,
  ValidityRequest,
  ValidityResponse,
} from "../../src/wire/index";

const bytes = (min: number, max = min) => fc.uint8Array({ minLength: min, maxLength: max });
const id = <K extends IdKind>(kind: K) => bytes(16).map((value) => idFromBytes(kind, value));
const safe = fc.maxSafeNat();
const uint32 = fc.nat(2 ** 32 - 1);
const codec = fc.constantFrom("vorbis" as const, "aac" as const);

export const signedPayload: fc.Arbitrary<SignedPayload> = fc.record({
  payload: bytes(1, 100),
  signature: bytes(64),
  signingKeyId: fc.string({ minLength: 1, maxLength: 20 }),
});

export const grantRequest: fc.Arbitrary<GrantRequest> = fc
  .record({
    deviceId: id("device"),
    items: fc.uniqueArray(
      fc.record(
        { trackId: id("track"), preferredRenditionId: id("rendition") },
        { requiredKeys: ["trackId"] },
      ),
      { minLength: 1, maxLength: 50, selector: (item) => item.trackId },
    ),
    codecs: fc.uniqueArray(codec, { minLength: 1 }),
  })
  .chain((base) =>
    fc
      .option(fc.integer({ min: 1, max: 2 ** 32 - 1 }), { nil: undefined })
      .map((maxBitrateBps) => (maxBitrateBps === undefined ? base : { ...base, maxBitrateBps })),
  );

// Adding 0 turns -0, which JSON cannot carry, into 0.
const lufs = fc.double({ min: -100, max: 20, noNaN: true }).map((value) => value + 0);
const peak = fc.double({ min: 0, max: 1_000, noNaN: true }).map((value) => value + 0);

const grantResult = fc
  .record({ trackId: id("track"), keyId: id("key"), renditionId: id("rendition") })
  .chain((ids) =>
    fc.record({
      trackId: fc.constant(ids.trackId),
      kind: fc.constant("grant" as const),
      grant: fc.record({
        manifest: fc.record({
          renditionId: fc.constant(ids.renditionId),
          trackId: fc.constant(ids.trackId),
          codec,
          bitrateBps: fc.integer({ min: 1, max: 10_000_000 }),
          sampleRateHz: fc.integer({ min: 8_000, max: 192_000 }),
          channels: fc.constantFrom(1 as const, 2 as const),
          trimStartFrames: uint32,
          trimEndFrames: uint32,
          totalFrames: fc.integer({ min: 1, max: 2 ** 40 }),
          loudness: fc.record({ trackLufs: lufs, trackPeak: peak, albumLufs: lufs, albumPeak: peak }),
          media: fc.record({
            hash: bytes(32).map((value) => Buffer.from(value).toString("hex")),
            byteLength: fc.integer({ min: 17, max: 2 ** 40 }),
            segmentBytes: fc.constant(16_384),
            keyId: fc.constant(ids.keyId),
            salt: bytes(32),
            noncePrefix: bytes(7),
            url: fc.constantFrom("/v1/media/aa?exp=1", "https://cdn.example/media/aa"),
            urlExpiresAtMs: safe,
          }),
        }),
        keyEnvelope: fc.record({
          keyId: fc.constant(ids.keyId),
          renditionId: fc.constant(ids.renditionId),
          deviceId: id("device"),
          ephemeralPublicKey: bytes(65),
          wrappedKey: bytes(40),
        }),
      }),
    }),
  );

const refusalResult = fc.record({
  trackId: id("track"),
  kind: fc.constant("refusal" as const),
  refusal: fc.record(
    {
      reason: fc.constantFrom(
        ...(["unknown_track", "market", "not_yet_available", "no_longer_available", "explicit"] as const),
        ...(["preparing", "codec", "plan", "media_failed"] as const),
      ),
      message: fc.string({ maxLength: 40 }),
      retryAfterMs: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
      availableAtMs: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    },
    { requiredKeys: ["reason", "message"] },
  ),
});

export const grantResponse: fc.Arbitrary<GrantResponse> = fc.record({
  results: fc.array(fc.oneof(grantResult, refusalResult), { minLength: 1, maxLength: 5 }),
  validity: signedPayload,
  serverTimeMs: safe,
});

export const validityRequest: fc.Arbitrary<ValidityRequest> = fc.record({
  deviceId: id("device"),
  heldSeq: safe,
});
export const validityResponse: fc.Arbitrary<ValidityResponse> = fc.record({ validity: signedPayload });
export const validity: fc.Arbitrary<Validity> = fc.record({
  seq: safe,
  deviceId: id("device"),
  userId: id("user"),
  plan: fc.constantFrom("free" as const, "premium" as const),
  offlineAllowed: fc.boolean(),
  issuedAtMs: fc.nat(2 ** 31 - 1),
  notAfterMs: fc.integer({ min: 2 ** 31, max: Number.MAX_SAFE_INTEGER }),
  renewAfterMs: safe,
  revokedKeyIds: fc.array(id("key"), { maxLength: 5 }),
});

const nonce = bytes(16, 64);
export const timeProofRequest: fc.Arbitrary<TimeProofRequest> = fc.record({ deviceId: id("device"), nonce });
export const timeProof: fc.Arbitrary<TimeProof> = fc.record({ deviceId: id("device"), nonce, timeMs: safe });

const hex16 = bytes(16).map((value) => Buffer.from(value).toString("hex"));
const playMs = fc.nat(35 * 86_400_000);
const atLeast1 = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
export const eventId = fc
  .tuple(fc.nat(2 ** 48 - 1), bytes(10))
  .map(([time, random]) => uuidText(uuidV7(time, random)));
const segment = fc
  .tuple(fc.nat(86_400_000), fc.nat(86_400_000))
  .map(([a, b]) => ({ startMs: Math.min(a, b), endMs: Math.max(a, b) }));

export const playEvent: fc.Arbitrary<PlayEvent> = fc.record(
  {
    eventId,
    streamId: hex16,
    seq: atLeast1,
    trackId: id("track"),
    renditionId: id("rendition"),
    endedAtMs: atLeast1,
    msPlayed: playMs,
    elapsedMs: playMs,
    segments: fc.array(segment, { maxLength: 4 }),
    contextKind: fc.constantFrom("", "album", "queue"),
    contextId: fc.constantFrom("", "alb_00000000000000000000000001"),
    startReason: fc.constantFrom("picked", "track_done", "forward", "back", "transfer", null),
    endReason: fc.constantFrom(
      "track_done",
      "forward",
      "back",
      "picked",
      "transfer",
      "failed",
      "closed",
      null,
    ),
    offline: fc.boolean(),
    privateSession: fc.boolean(),
    muted: fc.boolean(),
    ageMs: safe,
  },
  {
    requiredKeys: [
      ...([
        "eventId",
        "streamId",
        "seq",
        "trackId",
        "renditionId",
        "endedAtMs",
        "msPlayed",
        "elapsedMs",
      ] as const),
      ...(["segments", "contextKind", "contextId", "startReason", "endReason"] as const),
      ...(["offline", "privateSession", "muted"] as const),
    ],
  },
);
export const publishRequest: fc.Arbitrary<PublishRequest> = fc.record(
  {
    deviceId: id("device"),
    userId: id("user"),
    sentAtMs: atLeast1,
    attempt: uint32,
    stats: fc.record({
      streamId: hex16,
      seqMin: safe,
      seqNext: atLeast1,
      drops: fc.array(fc.record({ reason: fc.constantFrom("full", "refused"), count: safe }), {
        maxLength: 3,
      }),
    }),
    events: fc.array(playEvent, { minLength: 1, maxLength: 4 }),
  },
  { requiredKeys: ["deviceId", "sentAtMs", "attempt", "events"] },
);
export const publishResponse: fc.Arbitrary<PublishResponse> = fc.record({
  receipts: fc.array(
    fc.record({
      eventId: fc.oneof(eventId, fc.constant("")),
      status: fc.constantFrom("accepted", "duplicate", "rejected", "retry", "quarantined"),
      reason: fc.constantFrom("", "future", "too_old", "malformed"),
    }),
    { maxLength: 4 },
  ),
});
