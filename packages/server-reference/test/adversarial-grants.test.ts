import { webcrypto } from "node:crypto";
import { gzipSync } from "node:zlib";
import {
  deriveSegmentKey,
  type GrantResponse,
  idFromBytes,
  openEnvelope,
  openSegment,
  type SegueError,
} from "@segue/core";
import { grantRequestCodec, grantResponseCodec, signedTimeProofCodec, validityCodec } from "@segue/core/wire";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OpenApiValidator } from "../src/http/openapi";
import { loadOpenApi } from "../src/http/openapi-document";
import { PrepareDesk } from "../src/modules/playback/prepare";
import { startApp, type TestApp } from "./support/app";
import { type FixtureDevice, type FixtureTrack, makeFixture } from "./support/fixture";

const PATH = "/v1/playback/grants";
const LADDER = [
  { codec: "vorbis", tier: 24, byteLength: 20_000 },
  { codec: "vorbis", tier: 96, byteLength: 30_000 },
  { codec: "vorbis", tier: 160, byteLength: 40_000 },
  { codec: "vorbis", tier: 320, byteLength: 50_000 },
] as const;
const fixture = await makeFixture({ SEGUE_RATE_LIMIT: "0" });
type User = Awaited<ReturnType<typeof fixture.addUser>>;
const desk = new PrepareDesk();
let app: TestApp;
let free: User;
let premium: User;
let desktop: FixtureDevice;
let phone: FixtureDevice;
let track: FixtureTrack;

beforeAll(async () => {
  app = await startApp(fixture, { prepare: desk.ask });
  free = await fixture.addUser("free");
  premium = await fixture.addUser("premium");
  await app.admit(free);
  await app.admit(premium);
  desktop = await fixture.addDevice(premium.id);
  phone = await fixture.addDevice(free.id, "mobile");
  track = await fixture.addTrack(LADDER);
});
afterAll(async () => {
  await app.close();
  await fixture.close();
});

const bodyFor = (device: FixtureDevice, ids: readonly string[], codecs = ["CODEC_VORBIS"]) => ({
  deviceId: device.id,
  items: ids.map((trackId) => ({ trackId })),
  codecs,
});
async function codeOf(response: Response): Promise<string> {
  return ((await response.json()) as { code: string }).code;
}
async function grants(
  user: User,
  device: FixtureDevice,
  ids: readonly string[],
  codecs?: string[],
): Promise<GrantResponse> {
  const response = await app.post(PATH, user.id, bodyFor(device, ids, codecs));
  expect(response.status).toBe(200);
  return grantResponseCodec.fromJson(await response.json());
}
const outcome = (response: GrantResponse) =>
  response.results.map((result) =>
    result.kind === "grant" ? result.grant.manifest.bitrateBps / 1000 : result.refusal.reason,
  );
/** Whatever happened before, an honest request is answered. */
async function expectServing(): Promise<void> {
  expect(outcome(await grants(premium, desktop, [track.id]))).toEqual([320]);
}

describe("an honest grant", () => {
  it("opens the granted rendition on the granted device, byte for byte", async () => {
    const [result] = (await grants(premium, desktop, [track.id])).results;
    if (result?.kind !== "grant") throw new Error("expected a grant");
    const { manifest, keyEnvelope } = result.grant;
    const media = manifest.media;
    const bytes = new Uint8Array(await (await fetch(app.origin + media.url)).arrayBuffer());
    expect(bytes.length).toBe(media.byteLength);
    const content = await openEnvelope(webcrypto, keyEnvelope, desktop.agreement, desktop.id);
    const key = await deriveSegmentKey(webcrypto, content, media.salt, manifest.renditionId);
    const opened: Uint8Array[] = [];
    for (let i = 0; i * 16_384 < bytes.length; i++) {
      const segment = bytes.slice(i * 16_384, (i + 1) * 16_384);
      opened.push(await openSegment(webcrypto, key, media.noncePrefix, i, media.byteLength, segment));
    }
    expect(Buffer.concat(opened).equals(track.plaintexts.get("vorbis-320")!)).toBe(true);

    const flipped = bytes.slice(0, 16_384);
    flipped[5000]! ^= 4;
    const open = (segment: Uint8Array) =>
      openSegment(webcrypto, key, media.noncePrefix, 0, media.byteLength, segment);
    await expect(open(flipped)).rejects.toMatchObject({ code: "segment_corrupt" });
    await expect(open(bytes.slice(0, 9000))).rejects.toMatchObject({ code: "media_truncated" });
  });

  it("says the same in JSON and protobuf, as Accept wants", async () => {
    const asked = { deviceId: desktop.id, items: [{ trackId: track.id }], codecs: ["vorbis"] as const };
    const binary = Buffer.from(grantRequestCodec.toBytes(asked));
    const protobuf = { "content-type": "application/x-protobuf" };
    const inBinary = await app.post(PATH, premium.id, binary, protobuf);
    expect(inBinary.headers.get("content-type")).toBe("application/x-protobuf");
    const one = grantResponseCodec.fromBytes(new Uint8Array(await inBinary.arrayBuffer()));
    const inJson = await app.post(PATH, premium.id, binary, {
      ...protobuf,
      accept: "application/json;q=0.9, text/html",
    });
    expect(inJson.headers.get("content-type")).toMatch(/^application\/json/);
    expect(grantResponseCodec.fromJson(await inJson.json())).toEqual(one);
    const neither = await app.post(PATH, premium.id, binary, { ...protobuf, accept: "text/html" });
    expect(await codeOf(neither)).toBe("not_acceptable");
  });

  it("answers as the OpenAPI document says, whatever the outcome", async () => {
    const document = loadOpenApi();
    if (document === null) throw new Error("the OpenAPI document was not generated");
    const validator = new OpenApiValidator(document);
    const waiting = await fixture.addTrack([]);
    const ask: [string, string, unknown][] = [
      ["POST", PATH, bodyFor(desktop, [track.id, waiting.id])],
      ["POST", "/v1/license/validity", { deviceId: desktop.id }],
      [
        "POST",
        "/v1/license/time-proofs",
        { deviceId: desktop.id, nonce: Buffer.alloc(32).toString("base64") },
      ],
      ["POST", PATH, bodyFor(phone, [track.id])],
    ];
    for (const [method, path, body] of ask) {
      const response = await app.post(path, premium.id, body);
      expect([path, validator.checkResponse(method, path, response.status, await response.json())]).toEqual([
        path,
        null,
      ]);
    }
    const keys = await (await fetch(`${app.origin}/v1/license/keys`)).json();
    expect(validator.checkResponse("GET", "/v1/license/keys", 200, keys)).toBeNull();
  });

  it("gives the tier of plan and kind of device, and a validity that fits", async () => {
    const atHome = await grants(premium, desktop, [track.id]);
    expect(validityCodec.fromBytes(atHome.validity.payload)).toMatchObject({
      plan: "premium",
      offlineAllowed: true,
    });
    const onPhone = await grants(free, phone, [track.id]);
    expect(outcome(onPhone)).toEqual([96]);
    const validity = validityCodec.fromBytes(onPhone.validity.payload);
    expect(validity).toMatchObject({
      plan: "free",
      offlineAllowed: false,
      deviceId: phone.id,
      userId: free.id,
    });
    expect(validity.notAfterMs - validity.issuedAtMs).toBe(24 * 3_600_000);
  });

  it("answers every item in order, with the reason for each refusal", async () => {
    const now = fixture.clock.now;
    const preparing = await fixture.addTrack([]);
    const front: string[] = [];
    desk.answerWith((id) => {
      front.push(id);
      return 1234;
    });
    const none = idFromBytes("track", new Uint8Array(16));
    const abroad = await fixture.addTrack([LADDER[0]], { markets: '["JP"]' });
    const soon = await fixture.addTrack([LADDER[0]], { available_from: now + 5000 });
    const gone = await fixture.addTrack([LADDER[0]], { available_until: now });
    const best = await fixture.addTrack([LADDER[3]]);
    const aac = await fixture.addTrack([{ codec: "aac", tier: 128, byteLength: 9 }]);
    const ids = [none, preparing.id, abroad.id, soon.id, gone.id, best.id, aac.id, track.id];
    const answer = await grants(free, phone, ids);
    expect(answer.results.map((result) => result.trackId)).toEqual(ids);
    const reasons = [
      "unknown_track",
      "preparing",
      "market",
      "not_yet_available",
      "no_longer_available",
      "plan",
      "codec",
      96,
    ];
    expect(outcome(answer)).toEqual(reasons);
    expect(answer.results[1]).toMatchObject({ refusal: { retryAfterMs: 1234 } });
    expect(answer.results[3]).toMatchObject({ refusal: { retryAfterMs: 5000, availableAtMs: now + 5000 } });
    expect(front).toEqual([preparing.id]);
  });

  it("names revoked keys in a new validity, and grants what they opened no more", async () => {
    const doomed = await fixture.addTrack([LADDER[0]]);
    const before = await grants(premium, desktop, [doomed.id]);
    const granted = before.results[0]!;
    if (granted.kind !== "grant") throw new Error("expected a grant");
    const { keyId } = granted.grant.keyEnvelope;
    const { revokedKeys } = fixture.stores;
    expect(await revokedKeys.revoke(keyId, "withdrawn", fixture.clock.now)).toBe(true);
    expect(await revokedKeys.revoke(keyId, "again", fixture.clock.now)).toBe(false);
    fixture.clock.now += 1000;
    const after = await grants(premium, desktop, [doomed.id]);
    expect(outcome(after)).toEqual(["no_longer_available"]);
    const [old, fresh] = [before, after].map(({ validity }) => validityCodec.fromBytes(validity.payload));
    expect(fresh!.revokedKeyIds).toEqual([keyId]);
    expect(fresh!.seq).toBeGreaterThan(old!.seq);
  });

  it("gives a device one seq for concurrent requests", async () => {
    const device = await fixture.addDevice(premium.id);
    const all = await Promise.all(Array.from({ length: 24 }, () => grants(premium, device, [track.id])));
    expect(new Set(all.map(({ validity }) => validityCodec.fromBytes(validity.payload).seq)).size).toBe(1);
  });
});

describe("a hostile grant request", () => {
  it("with no token, or another user's, gets nothing", async () => {
    const bare = await fetch(app.origin + PATH, {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json" },
    });
    expect([bare.status, await codeOf(bare)]).toEqual([401, "unauthenticated"]);
    const other = await app.post(PATH, free.id, bodyFor(desktop, [track.id]));
    expect([other.status, await codeOf(other)]).toEqual([404, "device_unknown"]);
    const license = await app.post("/v1/license/validity", free.id, { deviceId: desktop.id });
    expect(await codeOf(license)).toBe("device_unknown");
    await expectServing();
  });

  it("cannot open another device's envelope", async () => {
    const [result] = (await grants(premium, desktop, [track.id])).results;
    if (result?.kind !== "grant") throw new Error("expected a grant");
    const { keyEnvelope } = result.grant;
    const refused = (error: unknown) => (error as SegueError).code;
    expect(await openEnvelope(webcrypto, keyEnvelope, phone.agreement, phone.id).catch(refused)).toBe(
      "envelope_not_for_device",
    );
    const renamed = { ...keyEnvelope, deviceId: phone.id };
    expect(await openEnvelope(webcrypto, renamed, phone.agreement, phone.id).catch(refused)).toBe(
      "envelope_invalid",
    );
  });

  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  const protobuf = { "content-type": "application/x-protobuf" };
  it.each([
    ["a cut JSON body", '{"deviceId":"dev_', {}, 400, "malformed_body"],
    ["an empty body", "", {}, 400, "malformed_body"],
    ["a JSON list", "[]", {}, 400, "invalid_request"],
    ["a JSON number", "7", {}, 400, "invalid_request"],
    ["deep nesting", deep, {}, 400, "invalid_request"],
    ["deep nesting in a field", `{"items":${deep}}`, {}, 400, "invalid_request"],
    ["a prototype", '{"__proto__":{"deviceId":1}}', {}, 400, "malformed_body"],
    ["broken protobuf", Buffer.from("0affffff", "hex"), protobuf, 400, "malformed_body"],
    ["protobuf cut short", Buffer.from("0a1e6465765f", "hex"), protobuf, 400, "malformed_body"],
    ["protobuf of the wrong types", Buffer.from("0807100718072007", "hex"), protobuf, 400, "malformed_body"],
    ["protobuf that claims 2 GiB", Buffer.from("0affffffff07", "hex"), protobuf, 400, "malformed_body"],
    ["protobuf of nested groups", Buffer.alloc(60_000, 0x7b), protobuf, 400, "malformed_body"],
    ["text that is no UTF-8", Buffer.from('{"deviceId":"\xff\xfe"}', "latin1"), {}, 400, "invalid_request"],
    ["a compressed body", gzipSync("{}"), { "content-encoding": "gzip" }, 400, "malformed_body"],
    ["empty protobuf", Buffer.alloc(0), protobuf, 400, "malformed_body"],
    ["an unknown type", "deviceId: 1", { "content-type": "text/yaml" }, 415, "unsupported_media_type"],
    ["too much", JSON.stringify({ deviceId: "x".repeat(70_000) }), {}, 413, "body_too_large"],
    ["too much protobuf", Buffer.alloc(70_000), protobuf, 413, "body_too_large"],
  ])("with %s gets its error, and the server keeps serving", async (_name, body, headers, status, code) => {
    const response = await app.post(PATH, premium.id, body, headers);
    const problem = (await response.json()) as { code: string };
    // An empty message parses; its missing fields are then the mistake.
    const codes = body.length === 0 ? [code, "invalid_request"] : [code];
    expect([response.status, codes.includes(problem.code) || problem]).toEqual([status, true]);
    await expectServing();
  });

  it("with too many, too few, repeated or malformed items is refused by name", async () => {
    const ids = Array.from({ length: 51 }, (_, i) => idFromBytes("track", new Uint8Array(16).fill(i)));
    for (const items of [ids, [], [ids[0]!, ids[0]!], ["trk_no"], [desktop.id]]) {
      const response = await app.post(PATH, premium.id, bodyFor(desktop, items));
      const problem = (await response.json()) as { code: string; errors: { pointer: string }[] };
      expect(problem.code).toBe("invalid_request");
      expect(problem.errors[0]!.pointer).toMatch(/^\/items/);
    }
    expect(outcome(await grants(premium, desktop, ids.slice(0, 50)))).toEqual(
      Array(50).fill("unknown_track"),
    );
  });

  it("of any bytes never fails the server", async () => {
    const mutated = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, by]) => {
      const bytes = Buffer.from(
        grantRequestCodec.toBytes({
          deviceId: desktop.id,
          items: [{ trackId: track.id }],
          codecs: ["vorbis"],
        }),
      );
      bytes[at % bytes.length]! ^= by;
      return bytes;
    });
    const any = fc.oneof(
      mutated,
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(any, fc.boolean(), async (bytes, json) => {
        const type = json ? "application/json" : "application/x-protobuf";
        const response = await app.post(PATH, premium.id, bytes, { "content-type": type });
        await response.arrayBuffer();
        expect(response.status).toBeLessThan(500);
      }),
      { numRuns: 150 },
    );
    await expectServing();
  });
});

describe("licenses", () => {
  it("prove the time over the device's own nonce, and refuse a short one", async () => {
    const ask = (nonce: string) =>
      app.post("/v1/license/time-proofs", premium.id, { deviceId: desktop.id, nonce });
    const proof = signedTimeProofCodec.fromJson(
      await (await ask(Buffer.alloc(16, 5).toString("base64"))).json(),
    );
    const { keys } = (await (await fetch(`${app.origin}/v1/license/keys`)).json()) as {
      keys: webcrypto.JsonWebKey[];
    };
    const key = await webcrypto.subtle.importKey("jwk", keys[0]!, "Ed25519", false, ["verify"]);
    const signed = Buffer.concat([Buffer.from("segue/time-proof/v1\0"), proof.payload]);
    expect(await webcrypto.subtle.verify("Ed25519", key, proof.signature, signed)).toBe(true);
    expect(await codeOf(await ask("AAAA"))).toBe("invalid_request");
  });

  it("rise above the seq that the device holds, within reason", async () => {
    const ask = async (heldSeq: number) =>
      app.post("/v1/license/validity", premium.id, { deviceId: desktop.id, heldSeq: String(heldSeq) });
    const held = 2 ** 40;
    const { validity } = (await (await ask(held)).json()) as { validity: { payload: string } };
    expect(validityCodec.fromBytes(Buffer.from(validity.payload, "base64")).seq).toBe(held + 1);
    expect(await codeOf(await ask(2 ** 52))).toBe("invalid_request");
  });
});
