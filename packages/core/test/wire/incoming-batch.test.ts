import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SegueError } from "../../src/errors/segue-error";
import { MAX_BATCH_EVENTS } from "../../src/events/play-event";
import {
  type IncomingBatch,
  incomingBatchFromBytes,
  incomingBatchFromJson,
  playEventCodec,
  publishRequestCodec,
} from "../../src/wire/index";
import { publishRequest } from "./arbitraries";

const read = (bytes: Uint8Array) => incomingBatchFromBytes(bytes);
const readJson = (json: unknown) => incomingBatchFromJson(json);

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (SegueError.is(error)) return error.code;
    throw error;
  }
  return "accepted";
}
const eventsOf = (batch: IncomingBatch) =>
  batch.items.map((item) => (item.kind === "event" ? item.event : null));

/** A length-delimited field. */
function field(number: number, bytes: Uint8Array): Uint8Array {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return Uint8Array.from([(number << 3) | 2, ...length, ...bytes]);
}
const concat = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

describe("a batch read event by event", () => {
  it("is what its client wrote, in both encodings", () => {
    fc.assert(
      fc.property(publishRequest, (request) => {
        const { events, ...header } = request;
        for (const batch of [
          read(publishRequestCodec.toBytes(request)),
          readJson(JSON.parse(JSON.stringify(publishRequestCodec.toJson(request)))),
        ]) {
          const { items: _, ...same } = batch;
          expect(same).toEqual(header);
          expect(eventsOf(batch)).toEqual(events);
        }
      }),
    );
  });

  it("keeps its good events whatever stands between them", () => {
    const poison = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom(new Uint8Array(0), new Uint8Array(50).fill(0x3b)),
    );
    fc.assert(
      fc.property(publishRequest, fc.array(poison, { maxLength: 3 }), fc.nat(), (request, poisons, place) => {
        const header = publishRequestCodec.toBytes({ ...request, events: [] });
        const good = request.events.map((event) => field(1, playEventCodec.toBytes(event)));
        const at = place % (good.length + 1);
        const bad = poisons.map((bytes) => field(1, bytes));
        const batch = read(concat(...good.slice(0, at), ...bad, header, ...good.slice(at)));
        const seen = eventsOf(batch);
        expect(seen.slice(0, at)).toEqual(request.events.slice(0, at));
        expect(seen.slice(at + bad.length)).toEqual(request.events.slice(at));
        batch.items.slice(at, at + bad.length).forEach((item, i) => {
          if (item.kind === "malformed") expect(item.raw).toEqual(poisons[i]);
        });
      }),
    );
  });

  it("keeps its good events whatever JSON stands between them", () => {
    fc.assert(
      fc.property(
        publishRequest,
        fc.array(fc.jsonValue(), { minLength: 1, maxLength: 3 }),
        (request, poisons) => {
          const json = publishRequestCodec.toJson(request) as { events: unknown[] };
          const batch = readJson({ ...json, events: [...poisons, ...json.events] });
          expect(eventsOf(batch).slice(poisons.length)).toEqual(request.events);
          for (const item of batch.items.slice(0, poisons.length)) expect(item.kind).toBe("malformed");
        },
      ),
    );
  });

  it("never meets bytes or JSON with anything but a batch or a SegueError", () => {
    fc.assert(
      fc.property(
        publishRequest,
        fc.nat(),
        fc.uint8Array({ maxLength: 40 }),
        fc.jsonValue(),
        (request, cut, tail, json) => {
          const bytes = publishRequestCodec.toBytes(request);
          codeOf(() => read(bytes.subarray(0, cut % (bytes.length + 1))));
          codeOf(() => read(concat(bytes, tail)));
          codeOf(() => read(tail));
          codeOf(() => readJson(json));
          codeOf(() => readJson({ events: json }));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("fits when it is as many plays as a batch may hold, each of five parts", () => {
    const at = (n: number) => ({ startMs: n * 50_000 + 20_000, endMs: n * 50_000 + 60_000 });
    const whole = {
      ...sample!.events[0]!,
      seq: 1_000_000,
      endedAtMs: Date.UTC(2040, 0),
      msPlayed: 4_000_000,
      elapsedMs: 4_000_000,
      segments: [0, 1, 2, 3, 4].map(at),
      contextKind: "playlist",
      contextId: "pls_7zzzzzzzzzzzzzzzzzzzzzzzzz",
      startReason: "picked",
      endReason: "track_done",
      ageMs: 86_400_000,
      ...{ offline: true, privateSession: true, muted: true },
    } as const;
    const events = Array.from({ length: MAX_BATCH_EVENTS }, (_, i) => ({ ...whole, seq: whole.seq + i }));
    expect(eventsOf(read(publishRequestCodec.toBytes({ ...sample!, events })))).toEqual(events);
  });

  const [sample] = fc.sample(publishRequest, { numRuns: 1, seed: 1 });
  const json = publishRequestCodec.toJson(sample!) as Record<string, unknown> & { events: object[] };
  const event = json.events[0]!;

  it.each([
    ["no events", { events: [] }, "invalid_request"],
    ["201 events", { events: Array.from({ length: 201 }, () => ({})) }, "invalid_request"],
    ["a foreign device id", { deviceId: "phone" }, "invalid_request"],
    ["a foreign user id", { userId: "me" }, "invalid_request"],
    ["no time of sending", { sentAtMs: "0" }, "invalid_request"],
    ["events that are no list", { events: {} }, "malformed_body"],
    ["an unknown field", { volume: 1 }, "malformed_body"],
  ])("with %s is refused as a whole", (_case, change, code) => {
    expect(codeOf(() => readJson({ ...json, ...change }))).toBe(code);
  });

  it.each([
    [
      "id of version 4",
      { eventId: Buffer.from("00000000000040008000000000000000", "hex").toString("base64") },
    ],
    ["short id", { eventId: "AAAA" }],
    ["short stream", { streamId: "AAAA" }],
    ["sequence number 0", { seq: "0" }],
    ["album id for a track id", { trackId: "alb_00000000000000000000000001" }],
    ["end at 0", { endedAtMs: "0" }],
    ["play beyond 35 days", { msPlayed: 35 * 86_400_000 + 1 }],
    ["negative play", { msPlayed: -1 }],
    ["fraction", { msPlayed: 1.5 }],
    ["segment backwards", { segments: [{ startMs: 2, endMs: 1 }] }],
    ["201 segments", { segments: Array.from({ length: 201 }, () => ({ startMs: 1, endMs: 2 })) }],
    ["context in prose", { contextKind: "My album!" }],
    ["long context id", { contextId: "a".repeat(65) }],
    ["unknown field", { revision: 3 }],
    ["null", null],
  ])("calls an event malformed: %s", (_case, change) => {
    const bad = change === null ? null : { ...event, ...change };
    const batch = readJson({ ...json, events: [event, bad, event] });
    expect(batch.items.map((item) => item.kind)).toEqual(["event", "malformed", "event"]);
  });

  it("survives nesting and size", () => {
    let deep: unknown = 1;
    for (let i = 0; i < 20_000; i++) deep = [deep];
    expect(readJson({ ...json, events: [deep, event] }).items.map((item) => item.kind)).toEqual([
      "malformed",
      "event",
    ]);
    expect(codeOf(() => read(new Uint8Array(51_201)))).toBe("body_too_large");
    expect(codeOf(() => read(new Uint8Array(51_000).fill(0x3b)))).toBe("malformed_body");
    expect(codeOf(() => read(new Uint8Array(51_000).fill(0x0b)))).toBe("malformed_body");
  });
});
