/** A server whose answers never end, or are larger than anything allows. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBody, readBodyStart } from "../src/api/body";
import { fetchHttp } from "../src/api/fetch-http";
import { baseEnvironment } from "../src/engine/base-environment";
import { Heads } from "../src/engine/heads";
import type { Head } from "../src/engine/media/head";
import { RangeFetcher } from "../src/engine/media/range-fetcher";

const PIECE = 64 * 1024;

/** An answer without an end. `given` counts what was taken of it. */
function endless(status: number, headers: Record<string, string> = {}) {
  const counted = { given: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      counted.given += PIECE;
      controller.enqueue(new Uint8Array(PIECE).fill(0x20));
      if (counted.given > 64 * 1024 * 1024) controller.error(new Error("read without a limit"));
    },
    cancel() {
      counted.cancelled = true;
    },
  });
  return { response: new Response(body, { status, headers }), counted };
}
/** How many bytes of `head` come. */
async function lengthOf(head: Head | undefined): Promise<number> {
  let length = 0;
  await head?.follow((chunk) => {
    length += chunk.length;
  });
  return length;
}
const json = { "content-type": "application/problem+json" };

describe("an answer without an end", () => {
  it("to a call is refused", async () => {
    const { response, counted } = endless(200);
    const http = fetchHttp(async () => response);
    const request = { method: "GET", url: "http://x.test/", timeoutMs: 5_000, maxBytes: 300_000 } as const;
    await expect(http.send(request)).rejects.toMatchObject({ code: "protocol" });
    expect(counted).toMatchObject({ cancelled: true });
    expect(counted.given).toBeLessThan(300_000 + 4 * PIECE);
  });

  it.each([
    ["a whole object for a range", 200, {}],
    ["a range", 206, { "content-range": "bytes 0-99999/5000000" }],
  ])("to a head gives the head alone: %s", async (_, status, headers) => {
    const { response, counted } = endless(status, headers);
    const heads = new Heads(baseEnvironment({ fetch: async () => response }));
    heads.fetch({ renditionId: "r", url: "http://x.test/head", byteLength: 100_000 });
    expect(await lengthOf(heads.get("r"))).toBe(100_000);
    expect(heads.bytesFetched).toBe(100_000);
    expect(counted.given).toBeLessThan(100_000 + 4 * PIECE);
  });

  it("to a head that promises more than any head has is cut", async () => {
    const { response } = endless(206);
    const heads = new Heads(baseEnvironment({ fetch: async () => response }));
    heads.fetch({ renditionId: "r", url: "http://x.test/head", byteLength: 2 ** 40 });
    expect(await lengthOf(heads.get("r"))).toBe(1024 * 1024);
  });

  it.each([200, 206])("to a range gives no more than the object has: %i", async (status) => {
    const counts: { given: number }[] = [];
    const fetcher = new RangeFetcher(
      { byteLength: 200_000, segmentBytes: 16_384, url: "http://x.test/o" } as never,
      baseEnvironment({
        fetch: async () => {
          const { response, counted } = endless(status);
          counts.push(counted);
          return response;
        },
      }),
    );
    for (let index = 0; index < fetcher.store.count; index++) await fetcher.segment(index);
    expect(fetcher.store.bytes).toBe(200_000);
    expect(Math.max(...counts.map((counted) => counted.given))).toBeLessThan(200_000 + 4 * PIECE);
  });

  it.each([
    [403, "url_expired"],
    [404, "media_missing"],
    [400, "protocol"],
  ])("to a problem leaves the status to decide: %i", async (status, code) => {
    const { response, counted } = endless(status, json);
    const fetcher = new RangeFetcher(
      { byteLength: 200_000, segmentBytes: 16_384, url: "http://x.test/o" } as never,
      { ...baseEnvironment({ fetch: async () => response }), sleep: async () => undefined },
    );
    await expect(fetcher.segment(0)).rejects.toMatchObject({ code });
    expect(counted.given).toBeLessThan(1024 * 1024);
  });
});

describe("a body", () => {
  const whole = (pieces: readonly Uint8Array[], length?: number) =>
    new Response(
      new ReadableStream({
        start(controller) {
          for (const piece of pieces) controller.enqueue(piece);
          controller.close();
        },
      }),
      length === undefined ? {} : { headers: { "content-length": String(length) } },
    );

  it("is read whole up to its limit, however it is cut, and refused beyond it", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 }),
        fc.nat(200),
        async (pieces, limit) => {
          const all = Buffer.concat(pieces);
          const start: Uint8Array[] = [];
          await readBodyStart(whole(pieces), limit, (piece) => start.push(piece));
          expect(Buffer.compare(Buffer.concat(start), all.subarray(0, limit))).toBe(0);
          const reading = readBody(whole(pieces), limit);
          if (all.length <= limit) expect(Buffer.compare(await reading, all)).toBe(0);
          else await expect(reading).rejects.toMatchObject({ code: "protocol" });
        },
      ),
      { numRuns: 200 },
    ));

  it("is refused before it is read when it says that it is too long", async () => {
    await expect(readBody(whole([], 1_000), 999)).rejects.toMatchObject({ code: "protocol" });
  });
});
