import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { JsonValue, MessageType } from "@protobuf-ts/runtime";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as events from "../../src/gen/proto/segue/events/v1alpha1/events_pb";
import * as license from "../../src/gen/proto/segue/license/v1alpha1/license_pb";
import * as playback from "../../src/gen/proto/segue/playback/v1alpha1/playback_pb";
import { MESSAGES } from "./messages";

const document = JSON.parse(
  readFileSync(fileURLToPath(new URL("../../src/gen/openapi.json", import.meta.url)), "utf8"),
);
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema(document, "segue");

const TYPES = { ...license, ...playback, ...events } as unknown as Record<string, MessageType<object>>;
const schemaOf = (name: string) => {
  const validate = ajv.getSchema(`segue#/components/schemas/${name}`);
  if (!validate) throw new Error(`no schema ${name}`);
  return validate;
};

/** What a careless client may send: right shapes, every allowed spelling, and many that are not allowed. */
const int64 = fc.oneof(
  fc.bigInt(-(2n ** 63n), 2n ** 64n).map(String),
  fc.maxSafeInteger(),
  fc.constantFrom(
    "-0",
    "01",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "",
    "1e3",
  ),
);
const base64 = fc.oneof(
  fc.uint8Array({ maxLength: 70 }).map((bytes) => Buffer.from(bytes).toString("base64")),
  fc.uint8Array({ maxLength: 70 }).map((bytes) => Buffer.from(bytes).toString("base64url")),
  fc.string({ maxLength: 6 }),
);
const string = fc.string({ maxLength: 10 });
const loosely = (fields: Record<string, fc.Arbitrary<unknown>>) => fc.record(fields, { requiredKeys: [] });
const signed = loosely({ payload: base64, signature: base64, signingKeyId: string });
const refusal = loosely({
  reason: fc.constantFrom("REFUSAL_REASON_MARKET", "REFUSAL_REASON_PLAN", "MARKET"),
  message: string,
  retryAfterMs: fc.oneof(fc.integer(), fc.nat(2 ** 32)),
  availableAtMs: int64,
});
const number = fc.oneof(fc.double(), fc.constantFrom("NaN", "Infinity", "-Infinity", "1"));
const manifest = loosely({
  renditionId: string,
  codec: fc.constantFrom("CODEC_AAC", "aac"),
  channels: fc.integer({ min: -1, max: 3 }),
  totalFrames: int64,
  loudness: loosely({ trackLufs: number, albumPeak: number }),
  media: loosely({ byteLength: int64, salt: base64, urlExpiresAtMs: int64 }),
});
const playEvent = loosely({
  eventId: base64,
  seq: int64,
  msPlayed: fc.oneof(fc.integer(), fc.nat(2 ** 32)),
  ageMs: int64,
  endReason: fc.constantFrom("END_REASON_CLOSED", "CLOSED"),
  segments: fc.array(loosely({ startMs: fc.integer(), endMs: fc.nat() }), { maxLength: 2 }),
  muted: fc.boolean(),
});
const LOOSE: Record<string, fc.Arbitrary<unknown>> = {
  GrantRequest: loosely({
    deviceId: string,
    items: fc.array(loosely({ trackId: string, preferredRenditionId: string })),
    codecs: fc.array(fc.constantFrom("CODEC_VORBIS", "CODEC_AAC", "CODEC_UNSPECIFIED", "vorbis")),
    maxBitrateBps: fc.oneof(fc.integer(), fc.nat(2 ** 32)),
    extra: fc.boolean(),
  }),
  GrantResponse: loosely({
    results: fc.array(loosely({ trackId: string, grant: loosely({ manifest }), refusal }), { maxLength: 3 }),
    validity: signed,
    serverTimeMs: int64,
  }),
  PublishRequest: fc
    .record(
      {
        deviceId: fc.constant("dev_00000000000000000000000001"),
        sentAtMs: fc.constantFrom("1", "17", 7, 8, "-1", 0),
        attempt: fc.constantFrom(0, 5, 2 ** 32 - 1, 2 ** 32),
        events: fc.array(fc.constant({ msPlayed: 1 }), { minLength: 1, maxLength: 2 }),
        stats: fc.oneof(fc.constant({ seqNext: "5" }), loosely({ streamId: base64, seqNext: int64 })),
        extra: fc.constantFrom(undefined, undefined, undefined, 1),
      },
      { requiredKeys: ["deviceId", "sentAtMs", "events"] },
    )
    .map((body) => JSON.parse(JSON.stringify(body))),
  PublishResponse: loosely({
    receipts: fc.array(
      loosely({
        eventId: base64,
        status: fc.constantFrom("RECEIPT_STATUS_RETRY", "RETRY"),
        reason: string,
      }),
    ),
  }),
  PlayEvent: playEvent,
  ValidityRequest: loosely({ deviceId: string, heldSeq: int64 }),
  ValidityResponse: loosely({ validity: signed }),
  TimeProofRequest: loosely({ deviceId: string, nonce: base64 }),
  SignedTimeProof: signed,
};

const travelling = Object.entries(MESSAGES).filter(([, message]) => message.schema !== null);

describe.each(travelling)("the schema of %s", (name, { schema, codec, values }) => {
  const validate = schemaOf(schema!);
  const type = TYPES[name]!;

  it("accepts canonical output", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(validate(codec.toJson(value)), JSON.stringify(validate.errors)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("accepts only what reads as one message, whatever its spelling", () => {
    let accepted = 0;
    fc.assert(
      fc.property(LOOSE[name]!, (json) => {
        if (!validate(json)) return;
        accepted++;
        const message = type.fromJson(json as JsonValue);
        const canonical = type.toJson(message);
        expect(validate(canonical), JSON.stringify(validate.errors)).toBe(true);
        expect(type.toBinary(type.fromJson(canonical))).toEqual(type.toBinary(message));
      }),
      { numRuns: 400 },
    );
    expect(accepted).toBeGreaterThan(10);
  });
});

it("describes every schema of the document well enough to compile", () => {
  for (const name of Object.keys(document.components.schemas)) expect(schemaOf(name)).toBeTypeOf("function");
});
