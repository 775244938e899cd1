import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { baseEnvironment } from "../../src/engine/base-environment";
import { type FetchEnvironment, RangeFetcher } from "../../src/engine/media/range-fetcher";
import { type Fault, MediaServer } from "./media-server";

const BYTES = 300_017;
const object = new Uint8Array(BYTES).map((_, i) => (i * 31 + (i >> 8)) & 255);

function make(fault: (request: number) => Fault) {
  const server = new MediaServer();
  server.objects.set("/o", object);
  server.fault = fault;
  const environment: FetchEnvironment = {
    ...baseEnvironment({ fetch: server.fetch }),
    sleep: async () => undefined,
  };
  const media = { byteLength: BYTES, segmentBytes: 16_384, url: "http://media.test/o" } as never;
  return { server, fetcher: new RangeFetcher(media, environment) };
}

async function readAll(fetcher: RangeFetcher): Promise<boolean> {
  for (let i = 0; i < fetcher.store.count; i++) {
    const segment = await fetcher.segment(i);
    if (Buffer.compare(segment, object.subarray(i * 16_384, (i + 1) * 16_384)) !== 0) return false;
  }
  return fetcher.store.complete;
}

describe("RangeFetcher", () => {
  it("fetches every byte whatever a server does in between", async () => {
    const fault = fc.oneof(
      fc.constant<Fault>({}),
      fc.integer({ min: 0, max: 140_000 }).map<Fault>((cut) => ({ cut })),
      fc.constant<Fault>({ whole: true }),
      fc.integer({ min: 0, max: BYTES }).map<Fault>((cut) => ({ whole: true, cut })),
      fc.constant<Fault>({ networkError: true }),
      fc.constant<Fault>({ status: 503 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 5 }), async (faults) => {
        const { fetcher } = make((request) => faults[request] ?? {});
        expect(await readAll(fetcher)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("asks first for little, then for more, never twice for the same", async () => {
    const { server, fetcher } = make(() => ({}));
    fetcher.setAhead("all");
    await readAll(fetcher);
    expect(server.requests).toEqual(["/o bytes=0-131071", "/o bytes=131072-300016"]);
  });

  it("goes at once where it is needed, then fills the rest", async () => {
    const { server, fetcher } = make(() => ({}));
    fetcher.setAhead("all");
    await fetcher.segment(17);
    expect(server.requests.at(-1)).toBe("/o bytes=278528-300016");
    await readAll(fetcher);
    expect(fetcher.store.bytes).toBe(BYTES);
  });

  it.each<[string, Fault]>([
    ["url_expired", { status: 403, code: "url_expired" }],
    ["url_expired", { status: 403 }],
    ["range_not_granted", { status: 403, code: "range_not_granted" }],
    ["media_missing", { status: 404, code: "media_missing" }],
    ["media_truncated", { status: 416, code: "range_not_satisfiable" }],
    ["media_truncated", { cut: 0 }],
    ["network", { networkError: true }],
    ["unavailable", { status: 500 }],
    ["rate_limited", { status: 429 }],
    ["protocol", { status: 302 }],
  ])("ends in %s", async (code, fault) => {
    const { server, fetcher } = make(() => fault);
    await expect(fetcher.segment(0)).rejects.toMatchObject({ code });
    expect(server.requests.length).toBeLessThanOrEqual(6);
    if (code === "url_expired") expect(server.requests.length).toBe(1);
  });

  it("refuses another object behind the same URL", async () => {
    const { fetcher } = make((request) => (request === 0 ? {} : { etag: '"other"' }));
    await expect(readAll(fetcher)).rejects.toMatchObject({ code: "media_changed" });
  });

  it("continues with a new URL", async () => {
    const { fetcher } = make((request) => (request === 0 ? { status: 403, code: "url_expired" } : {}));
    await expect(fetcher.segment(0)).rejects.toMatchObject({ code: "url_expired" });
    fetcher.replaceUrl("http://media.test/o?fresh");
    expect(await readAll(fetcher)).toBe(true);
  });
});
