/** POST /v1/events and GET /v1/play-counts over real HTTP, with whatever a client may send. */
import { EVENT_WINDOW_MS, type PlayEvent, type UserId } from "@segue/core";
import { playEventCodec, publishRequestCodec, publishResponseCodec } from "@segue/core/wire";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OpenApiValidator } from "../../src/http/openapi";
import { loadOpenApi } from "../../src/http/openapi-document";
import { play } from "../../src/testing/event-builders";
import { startApp, type TestApp } from "../support/app";
import { type Fixture, type FixtureDevice, makeFixture } from "../support/fixture";

const PROTOBUF = "application/x-protobuf";
const validator = new OpenApiValidator(loadOpenApi()!);
let fixture: Fixture;
let app: TestApp;
let user: Awaited<ReturnType<Fixture["addUser"]>>;
let device: FixtureDevice;
let other: Awaited<ReturnType<Fixture["addUser"]>>;
let otherDevice: FixtureDevice;
let track: PlayEvent["trackId"];

beforeAll(async () => {
  fixture = await makeFixture({ SEGUE_RATE_LIMIT: "0" });
  app = await startApp(fixture);
  user = await fixture.addUser("premium");
  other = await fixture.addUser("free");
  device = await fixture.addDevice(user.id);
  otherDevice = await fixture.addDevice(other.id);
  await app.admit(user);
  await app.admit(other);
  track = (await fixture.addTrack([])).id;
});
afterAll(async () => {
  await app.close();
  await fixture.close();
});

const now = () => fixture.clock.now;
const heard = (change: Partial<PlayEvent> = {}) => play({ trackId: track, endedAtMs: now(), ...change });
const batchOf = (events: readonly PlayEvent[]) => ({
  deviceId: device.id,
  sentAtMs: now(),
  attempt: 0,
  events,
});
const jsonOf = (events: readonly PlayEvent[]) =>
  publishRequestCodec.toJson(batchOf(events)) as Record<string, unknown> & { events: unknown[] };

interface Said {
  readonly status: number;
  readonly receipts: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server said
  readonly body: any;
  readonly headers: Headers;
}
async function send(
  body: unknown,
  token: string = user.id,
  headers: Record<string, string> = {},
): Promise<Said> {
  const response = await app.post("/v1/events", token, body, headers);
  const answer = new Uint8Array(await response.arrayBuffer());
  const json = /json/.test(response.headers.get("content-type") ?? "");
  const value = json ? JSON.parse(Buffer.from(answer).toString()) : answer;
  if (json) expect(validator.checkResponse("POST", "/v1/events", response.status, value)).toBeNull();
  if (response.status !== 202)
    return { status: response.status, receipts: [], body: value, headers: response.headers };
  const { receipts } = json ? publishResponseCodec.fromJson(value) : publishResponseCodec.fromBytes(value);
  const said = receipts.map(({ status, reason }) => (reason ? `${status}:${reason}` : status));
  return { status: 202, receipts: said, body: value, headers: response.headers };
}
const sendBytes = (bytes: Uint8Array, token: string = user.id) =>
  send(Buffer.from(bytes), token, { "content-type": PROTOBUF });
const plays = async (id = track): Promise<number> => {
  const response = await fetch(`${app.origin}/v1/play-counts?ids=${id}`, {
    headers: { authorization: `Bearer ${user.id}` },
  });
  const { items } = (await response.json()) as { items: { plays: number }[] };
  return items[0]!.plays;
};

describe("a batch", () => {
  it("is accepted in JSON and in protobuf, answered in its encoding, and counted at once", async () => {
    const before = await plays();
    const json = await send(jsonOf([heard({ seq: 1 }), heard({ seq: 2, msPlayed: 29_999 })]));
    expect([json.status, json.receipts]).toEqual([202, ["accepted", "accepted"]]);
    expect(json.headers.get("cache-control")).toBe("no-store");
    const binary = await sendBytes(publishRequestCodec.toBytes(batchOf([heard({ seq: 3 })])));
    expect(binary.receipts).toEqual(["accepted"]);
    expect(binary.headers.get("content-type")).toContain(PROTOBUF);
    expect(await plays()).toBe(before + 2);
  });

  it("that is sent twice, and several times at once, counts once", async () => {
    const before = await plays();
    const body = jsonOf(Array.from({ length: 20 }, (_, i) => heard({ seq: i + 1 })));
    const answers = await Promise.all(Array.from({ length: 6 }, () => send(body)));
    const statuses = answers.flatMap((answer) => answer.receipts);
    expect(statuses.filter((status) => status === "accepted")).toHaveLength(20);
    expect(statuses.filter((status) => status === "duplicate")).toHaveLength(100);
    expect((await send(body)).receipts.every((status) => status === "duplicate")).toBe(true);
    expect(await plays()).toBe(before + 20);
  });

  it("may hold whatever mixture: each event is judged alone, and the counts follow", async () => {
    const known: string[] = [];
    const change = fc.oneof(
      fc.record({ kind: fc.constant("play" as const), msPlayed: fc.integer({ min: 0, max: 90_000 }) }),
      fc.constant({ kind: "again" as const }),
      fc.record({ kind: fc.constant("poison" as const), json: fc.jsonValue() }),
      fc.constant({ kind: "old" as const }),
      fc.constant({ kind: "future" as const }),
      fc.constant({ kind: "no_track" as const }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        async (changes, split) => {
          const before = await plays();
          let counted = 0;
          const again = () =>
            known.length === 0 ? null : playEventCodec.toJson({ ...heard(), eventId: known.at(-1)! });
          const json = (change: Partial<PlayEvent>) => playEventCodec.toJson(heard(change));
          const made: Record<
            (typeof changes)[number]["kind"],
            (each: (typeof changes)[number]) => [unknown, string]
          > = {
            play: (each) => {
              const event = heard(each.kind === "play" ? { msPlayed: each.msPlayed } : {});
              known.push(event.eventId);
              if (event.msPlayed >= 30_000) counted += 1;
              return [playEventCodec.toJson(event), "accepted"];
            },
            again: () => [again(), known.length === 0 ? "quarantined:malformed" : "duplicate"],
            poison: (each) => [each.kind === "poison" ? each.json : null, "quarantined:malformed"],
            old: () => [json({ endedAtMs: now() - EVENT_WINDOW_MS }), "rejected:too_old"],
            future: () => {
              counted += 1;
              return [json({ endedAtMs: now() + 86_400_000 }), "accepted:future"];
            },
            no_track: () => [
              json({ trackId: "trk_00000000000000000000000009" as typeof track }),
              "quarantined:unknown_track",
            ],
          };
          const built = changes.map((each) => made[each.kind](each));
          const cut = split ? Math.floor(built.length / 2) : 0;
          const receipts: string[] = [];
          for (const part of [built.slice(0, cut), built.slice(cut)]) {
            if (part.length === 0) continue;
            const answer = await send({ ...jsonOf([]), events: part.map(([json]) => json) });
            expect(answer.status).toBe(202);
            receipts.push(...answer.receipts);
          }
          expect(receipts).toEqual(built.map(([, expected]) => expected));
          expect(await plays()).toBe(before + counted);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("leaves a gap or uses a number again without harm", async () => {
    const streamId = "ff".repeat(16);
    const answer = await send(
      jsonOf([heard({ streamId, seq: 7 }), heard({ streamId, seq: 7 }), heard({ streamId, seq: 900 })]),
    );
    expect(answer.receipts).toEqual(["accepted", "accepted", "accepted"]);
    const metrics = await (await fetch(`${app.origin}/metrics`)).text();
    expect(metrics).toMatch(/segue_events_missing 898/);
    expect(metrics).toMatch(/segue_events_received_total\{status="accepted",reason="none"\} \d+/);
  });
});

describe("a batch that is refused as a whole keeps and counts nothing", () => {
  const refused = async (answer: Promise<Said>, status: number, code: string): Promise<void> => {
    const before = await plays();
    const said = await answer;
    expect([said.status, said.body.code]).toEqual([status, code]);
    expect(await plays()).toBe(before);
  };

  it("when it has no token, another's device or another's name", async () => {
    await refused(send(jsonOf([heard()]), "nobody"), 401, "unauthenticated");
    await refused(send({ ...jsonOf([heard()]), deviceId: otherDevice.id }), 404, "device_unknown");
    await refused(send(jsonOf([heard()]), other.id), 404, "device_unknown");
    const named = { ...jsonOf([heard()]), userId: other.id as UserId };
    await refused(send(named), 403, "forbidden");
  });

  it.each([
    [
      "201 events",
      (): unknown => ({ ...jsonOf([]), events: Array.from({ length: 201 }, () => ({})) }),
      400,
      "invalid_request",
    ],
    ["no events", (): unknown => jsonOf([]), 400, "invalid_request"],
    ["an unknown field", (): unknown => ({ ...jsonOf([heard()]), volume: 1 }), 400, "invalid_request"],
    [
      "a malformed device id",
      (): unknown => ({ ...jsonOf([heard()]), deviceId: "phone" }),
      400,
      "invalid_request",
    ],
    ["no time of sending", (): unknown => ({ ...jsonOf([heard()]), sentAtMs: 0 }), 400, "invalid_request"],
    ["a list", (): unknown => [1], 400, "invalid_request"],
    ["broken JSON", (): unknown => '{"events": [', 400, "malformed_body"],
    [
      "more than 51,200 bytes",
      (): unknown => ({ ...jsonOf([heard()]), pad: "x".repeat(51_200) }),
      413,
      "body_too_large",
    ],
  ] as const)("when it is %s", async (_name, body, status, code) => {
    await refused(send(body()), status, code);
  });

  it("when it is 201 events, cut short, too large or nested without end in protobuf", async () => {
    const bytes = publishRequestCodec.toBytes(batchOf([heard()]));
    const header = publishRequestCodec.toBytes(batchOf([]));
    const many = Buffer.concat([header, ...Array.from({ length: 201 }, () => Buffer.of(0x0a, 0))]);
    await refused(sendBytes(many), 400, "invalid_request");
    await refused(sendBytes(bytes.subarray(0, bytes.length - 3)), 400, "malformed_body");
    await refused(sendBytes(new Uint8Array(51_201)), 413, "body_too_large");
    await refused(sendBytes(new Uint8Array(51_000).fill(0x3b)), 400, "malformed_body");
    await refused(sendBytes(Buffer.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f)), 400, "malformed_body");
  });

  it("when its type is another, or no answer is acceptable", async () => {
    await refused(send("x=1", user.id, { "content-type": "text/plain" }), 415, "unsupported_media_type");
    await refused(send(jsonOf([heard()]), user.id, { accept: "text/html" }), 406, "not_acceptable");
  });

  it("exactly at 51,200 bytes it is still taken", async () => {
    const body = JSON.stringify(jsonOf([heard()]));
    const answer = await send(body.padEnd(51_200, " "));
    expect(answer.receipts).toEqual(["accepted"]);
  });
});

it("keeps a poison event apart: nested 10,000 deep, lone surrogates, prototype keys", async () => {
  const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;
  const good = JSON.stringify(playEventCodec.toJson(heard()));
  const whole = JSON.stringify({ ...jsonOf([]), events: [] });
  const body = whole.replace(
    '"events":[]',
    `"events":[${deep},{"eventId":"\\ud800"},{"constructor":{"polluted":1}},${good}]`,
  );
  const answer = await send(body);
  expect(answer.receipts).toEqual([
    "quarantined:malformed",
    "quarantined:malformed",
    "quarantined:malformed",
    "accepted",
  ]);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  const apart = await fixture.stores.events.quarantined(user.id, 1_000);
  expect(apart.length).toBeGreaterThanOrEqual(3);
  // A body that tries to change a prototype is no body at all; its client sends the others without it.
  const poisoned = await send(body.replace("constructor", "__proto__"));
  expect([poisoned.status, poisoned.body.code]).toEqual([400, "malformed_body"]);
});

it("believes a play for no longer than there was time, and says a lost count rightly after a clock went wrong", async () => {
  const before = await plays();
  const answer = await send(
    jsonOf([
      heard({ seq: 1, msPlayed: 3_600_000, elapsedMs: 10_000 }),
      heard({ seq: 2, endedAtMs: 5_000, ageMs: 3_600_000 }),
    ]),
  );
  expect(answer.receipts).toEqual(["accepted", "accepted"]);
  expect(await plays()).toBe(before + 1);
});

it("refuses a flood of one listener, and nobody else's events", async () => {
  const limited = await makeFixture();
  const server = await startApp(limited);
  try {
    const flooder = await limited.addUser("free");
    const phone = await limited.addDevice(flooder.id);
    await server.admit(flooder);
    const bytes = publishRequestCodec.toBytes({ ...batchOf([]), deviceId: phone.id });
    const flood = Buffer.concat([bytes, ...Array.from({ length: 200 }, () => Buffer.of(0x0a, 0))]);
    const statuses: number[] = [];
    for (let i = 0; i < 102; i++) {
      const response = await server.post("/v1/events", flooder.id, flood, { "content-type": PROTOBUF });
      statuses.push(response.status);
      if (response.status === 429) expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    expect(statuses.slice(0, 100).every((status) => status === 202)).toBe(true);
    expect(statuses.at(-1)).toBe(429);
  } finally {
    await server.close();
    await limited.close();
  }
});

describe("play counts", () => {
  it("come in the order asked, once each, without tracks that do not exist", async () => {
    const second = (await fixture.addTrack([])).id;
    const ids = [second, "trk_00000000000000000000000009", track, second].join(",");
    const response = await fetch(`${app.origin}/v1/play-counts?ids=${ids}`, {
      headers: { authorization: `Bearer ${other.id}` },
    });
    const body = (await response.json()) as { items: { trackId: string; plays: number }[] };
    expect(validator.checkResponse("GET", "/v1/play-counts", 200, body)).toBeNull();
    expect(body.items.map((entry: { trackId: string }) => entry.trackId)).toEqual([second, track]);
    expect(body.items[0]?.plays).toBe(0);
  });

  it.each([
    "",
    "?ids=",
    "?ids=alb_00000000000000000000000001",
    `?ids=${Array(101).fill("trk_00000000000000000000000009").join(",")}`,
  ])("refuse %s", async (query) => {
    const response = await fetch(`${app.origin}/v1/play-counts${query}`, {
      headers: { authorization: `Bearer ${user.id}` },
    });
    expect(response.status).toBe(400);
  });

  it("are for listeners", async () => {
    expect((await fetch(`${app.origin}/v1/play-counts?ids=${track}`)).status).toBe(401);
  });
});

it("has no event that the log does not have, after all of this", async () => {
  const log = await fixture.stores.events.read(0, 100_000);
  const streams = log.filter((entry) => entry.counts && entry.event.trackId === track);
  expect(await plays()).toBe(streams.length);
  await fixture.stores.events.recount();
  expect(await plays()).toBe(streams.length);
  expect(new Set(log.map((entry) => entry.event.eventId)).size).toBe(log.length);
});
