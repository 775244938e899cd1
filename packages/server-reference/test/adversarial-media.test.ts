import { truncateSync, unlinkSync } from "node:fs";
import { connect } from "node:net";
import type { Codec, DeviceType, HeadRef } from "@segue/core";
import fc from "fast-check";
import Fastify from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Revocations } from "../src/modules/license/revocations";
import { MediaUrlSigner } from "../src/modules/media/media-url";
import { mediaRoutes } from "../src/modules/media/routes";
import { CachedTracks } from "../src/modules/playback/cached-tracks";
import { Heads } from "../src/modules/playback/heads";
import { startApp, type TestApp } from "./support/app";
import { makeFixture, objectPath } from "./support/fixture";

const HOUR_MS = 3_600_000;
const fixture = await makeFixture({ SEGUE_RATE_LIMIT: "0" });
const { context, stores, clock } = fixture;
const playable = new CachedTracks(stores.playable, context.secrets.content, context.now);
const signer = new MediaUrlSigner(context.secrets.mediaUrl);
const revocations = new Revocations(stores.revokedKeys, context.now);
const license = { revokedKeys: () => revocations.set() };
const heads = new Heads({ playable, license, signer, now: context.now });
const wishes = { codecs: ["vorbis"] as Codec[], deviceType: "desktop" as DeviceType };
let app: TestApp;
let user: Awaited<ReturnType<typeof fixture.addUser>>;

/** A rendition of `byteLength` plaintext bytes: its hash, its ciphertext as served, and a URL that covers it. */
async function addObject(byteLength: number) {
  const track = await fixture.addTrack([{ codec: "vorbis", tier: 96, byteLength }]);
  const rendition = (await playable.tracks([track.id])).get(track.id)!.renditions[0]!;
  const grant = { hash: rendition.hash, max: rendition.byteLength };
  const url = app.origin + signer.sign(grant, clock.now, HOUR_MS).url;
  return { ...grant, trackId: track.id, url, bytes: Buffer.from(await (await fetch(url)).arrayBuffer()) };
}
let object: Awaited<ReturnType<typeof addObject>>;

beforeAll(async () => {
  app = await startApp(fixture);
  user = await fixture.addUser("premium");
  object = await addObject(200_000);
});
afterAll(async () => {
  await app.close();
  await fixture.close();
});

const get = (url: string, headers: Record<string, string> = {}, method = "GET") =>
  fetch(url, { headers, method });
async function problem(response: Response): Promise<[number, string]> {
  return [response.status, ((await response.json()) as { code: string }).code];
}
async function expectServing(): Promise<void> {
  expect((await get(object.url, { range: "bytes=0-9" })).status).toBe(206);
}

describe("a media object", () => {
  it("is served whole, immutable, to any origin", async () => {
    const response = await get(object.url, { origin: "https://elsewhere.example" });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "accept-ranges": "bytes",
      "access-control-allow-origin": "*",
      "cache-control": "public, max-age=31536000, immutable",
      "content-length": String(object.max),
      "cross-origin-resource-policy": "cross-origin",
      etag: `"${object.hash}"`,
      "timing-allow-origin": "*",
    });
    expect(response.headers.get("access-control-expose-headers")).toContain("Content-Range");
  });

  it("answers any single range with exactly those bytes", async () => {
    const place = fc.nat({ max: object.max + 2000 });
    await fc.assert(
      fc.asyncProperty(
        place,
        fc.option(fc.nat({ max: 70_000 })),
        fc.boolean(),
        async (first, more, suffix) => {
          const text = suffix ? `-${first}` : `${first}-${more === null ? "" : first + more}`;
          const response = await get(object.url, { range: `bytes=${text}` });
          const start = suffix ? Math.max(0, object.max - first) : first;
          const end = suffix || more === null ? object.max : Math.min(object.max, first + more + 1);
          if (start >= end) {
            expect(response.headers.get("content-range")).toBe(`bytes */${object.max}`);
            expect(await problem(response)).toEqual([416, "range_not_satisfiable"]);
            return;
          }
          expect(response.status).toBe(206);
          expect(response.headers.get("content-range")).toBe(`bytes ${start}-${end - 1}/${object.max}`);
          expect(Buffer.from(await response.arrayBuffer()).equals(object.bytes.subarray(start, end))).toBe(
            true,
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it("ignores ranges that are malformed, several, or for another tag", async () => {
    const etag = `"${object.hash}"`;
    for (const range of ["bytes=9-3", "bytes=a-b", "bytes=0-1,5-6", "lines=0-1", "x".repeat(500)])
      expect((await get(object.url, { range })).status).toBe(200);
    expect((await get(object.url, { range: "bytes=0-1", "if-range": '"other"' })).status).toBe(200);
    expect((await get(object.url, { range: "bytes=0-1", "if-range": etag })).status).toBe(206);
  });

  it("answers HEAD, If-None-Match, If-Match and preflights", async () => {
    const etag = `"${object.hash}"`;
    const head = await get(object.url, { range: "bytes=0-1" }, "HEAD");
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([
      200,
      String(object.max),
      "",
    ]);
    const cached = await get(object.url, { "if-none-match": `W/${etag}` });
    expect([cached.status, cached.headers.get("etag")]).toEqual([304, etag]);
    expect((await get(object.url, { "if-match": '"other"' })).status).toBe(412);
    const preflight = await get(
      object.url,
      { origin: "https://x.example", "access-control-request-method": "GET" },
      "OPTIONS",
    );
    expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
    expect(preflight.headers.get("access-control-allow-headers")).toContain("Range");
    await expectServing();
  });

  it("is missing when its file is gone or has lost its end, and nothing else is", async () => {
    const gone = await addObject(500);
    unlinkSync(objectPath(context, gone.hash));
    const missing = await get(gone.url);
    expect(missing.headers.get("cache-control")).toBe("no-store");
    expect(await problem(missing)).toEqual([404, "media_missing"]);
    const cut = await addObject(50_000);
    truncateSync(objectPath(context, cut.hash), 20_000);
    expect(await problem(await get(cut.url, { range: "bytes=0-99" }))).toEqual([404, "media_missing"]);
    await expectServing();
  });
});

describe("a media URL", () => {
  it("that was changed anywhere is refused", async () => {
    const changes: [string, string][] = [
      ["exp", String(clock.now)],
      ["max", String(object.max + 1)],
      ["kid", "k1"],
      ["kid", "none"],
      ["sig", "A".repeat(43)],
      ["sig", ""],
      ["exp", "1e9"],
      ["max", "-1"],
    ];
    for (const [name, value] of changes) {
      const url = new URL(object.url);
      url.searchParams.set(name, value);
      const [status, code] = await problem(await get(url.href));
      expect([name, value, status, code]).toEqual([name, value, 403, "url_tampered"]);
    }
    for (const name of ["exp", "max", "kid", "sig"]) {
      const url = new URL(object.url);
      url.searchParams.delete(name);
      expect(await problem(await get(url.href))).toEqual([403, "url_tampered"]);
      url.searchParams.append(name, "1");
      url.searchParams.append(name, "2");
      const repeated = await get(url.href);
      expect(repeated.headers.get("access-control-allow-origin")).toBe("*");
      expect(await problem(repeated)).toEqual([403, "url_tampered"]);
      url.searchParams.delete(name);
      url.searchParams.append(name, "1".repeat(1001));
      expect(await problem(await get(url.href))).toEqual([403, "url_tampered"]);
    }
    const other = await addObject(10);
    expect(await problem(await get(object.url.replace(object.hash, other.hash)))).toEqual([
      403,
      "url_tampered",
    ]);
    for (const hash of ["..%2f..%2fsecret", "AB", `${object.hash}0`, "%00"])
      expect(await problem(await get(object.url.replace(object.hash, hash)))).toEqual([
        400,
        "invalid_request",
      ]);
    await expectServing();
  });

  it("expires, and never sooner than it says", async () => {
    const { url, expiresAtMs } = signer.sign(object, clock.now, HOUR_MS);
    const then = clock.now;
    try {
      clock.now = expiresAtMs - 1;
      expect((await get(app.origin + url)).status).toBe(200);
      clock.now = expiresAtMs;
      const expired = await get(app.origin + url);
      expect(expired.headers.get("access-control-allow-origin")).toBe("*");
      expect(await problem(expired)).toEqual([403, "url_expired"]);
    } finally {
      clock.now = then;
    }
  });

  it("of a head gives the head and nothing beyond it", async () => {
    const head = (await heads.of([object.trackId], user, wishes)).get(object.trackId) as HeadRef;
    expect(head.byteLength).toBe(32_768);
    const url = app.origin + head.url;
    const whole = await get(url, { range: `bytes=0-${head.byteLength - 1}` });
    expect(whole.headers.get("content-range")).toBe(`bytes 0-32767/${object.max}`);
    expect(Buffer.from(await whole.arrayBuffer()).equals(object.bytes.subarray(0, head.byteLength))).toBe(
      true,
    );
    for (const range of ["bytes=0-32768", "bytes=0-", "bytes=-1", "bytes=32768-32769", "bytes=0-1,2-3"])
      expect(await problem(await get(url, { range }))).toEqual([403, "range_not_granted"]);
    expect(await problem(await get(url))).toEqual([403, "range_not_granted"]);
  });

  it("for the heads of a list exists exactly where a grant would", async () => {
    const small = await addObject(1000);
    const abroad = await fixture.addTrack([{ codec: "vorbis", tier: 96, byteLength: 9 }], { markets: "[]" });
    const waiting = await fixture.addTrack([]);
    const made = await heads.of([small.trackId, abroad.id, waiting.id], user, wishes);
    expect([...made.keys()]).toEqual([small.trackId]);
    expect(made.get(small.trackId)!.byteLength).toBe(small.max);
    expect((await get(app.origin + made.get(small.trackId)!.url)).status).toBe(200);
  });
});

describe("readers", () => {
  it("that stop reading lose the connection, and others are served meanwhile", async () => {
    const big = await addObject(24 * 1024 * 1024);
    const impatient = Fastify();
    await impatient.register(mediaRoutes, { signer, files: stores.media, now: context.now, stallMs: 400 });
    const port = new URL(await impatient.listen({ port: 0, host: "127.0.0.1" })).port;
    const { pathname, search } = new URL(big.url);
    const socket = connect({ port: Number(port), host: "127.0.0.1" });
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => {});
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\nhost: x\r\n\r\n`);
    socket.once("readable", () => {});
    await expectServing();
    await new Promise((resolve) => setTimeout(resolve, 900));
    let received = 0;
    socket.on("data", (chunk) => {
      received += chunk.length;
    });
    await closed;
    expect(received).toBeLessThan(big.max);
    await impatient.close();
    await expectServing();
  });

  it("that go away in the middle, many at once, leave the server well", async () => {
    const big = await addObject(4 * 1024 * 1024);
    const leave = async () => {
      const abort = new AbortController();
      const response = await fetch(big.url, { signal: abort.signal });
      await response.body!.getReader().read();
      abort.abort();
    };
    await Promise.all(Array.from({ length: 30 }, leave));
    const all = await Promise.all(Array.from({ length: 20 }, async () => (await get(big.url)).arrayBuffer()));
    expect(all.every((bytes) => big.bytes.equals(Buffer.from(bytes)))).toBe(true);
    await expectServing();
  });
});
