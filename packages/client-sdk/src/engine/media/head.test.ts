import { describe, expect, it } from "vitest";
import { baseEnvironment } from "../base-environment";
import { Heads } from "../heads";
import { ArrivingHead } from "./head";
import { RangeFetcher } from "./range-fetcher";

const SEGMENT = 16_384;
const object = new Uint8Array(5 * SEGMENT + 99).map((_, i) => (i * 7 + (i >> 8)) & 255);
const media = { byteLength: object.length, segmentBytes: SEGMENT, url: "http://media.test/o" } as never;

describe("a head", () => {
  it("gives its first segment before its last byte has come", async () => {
    const fetcher = new RangeFetcher(media, baseEnvironment({ fetch: () => new Promise(() => undefined) }));
    const head = new ArrivingHead();
    head.ended = new Promise(() => undefined);
    fetcher.seed(head);
    const first = fetcher.segment(0);
    head.push(object.subarray(0, 10_000));
    head.push(object.subarray(10_000, 20_000));
    expect(await first).toEqual(object.subarray(0, SEGMENT));
  });

  it("goes to whoever follows it late as well", async () => {
    const head = new ArrivingHead();
    head.push(object.subarray(0, SEGMENT));
    const fetcher = new RangeFetcher(media, baseEnvironment({ fetch: () => new Promise(() => undefined) }));
    fetcher.seed(head);
    expect(await fetcher.segment(0)).toEqual(object.subarray(0, SEGMENT));
  });

  it("that breaks off leaves what came and is asked for again", async () => {
    let asked = 0;
    const fetch = async () => {
      asked++;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(object.slice(0, SEGMENT));
        },
        pull(controller) {
          controller.error(new TypeError("reset"));
        },
      });
      return new Response(body, { status: 206 });
    };
    const heads = new Heads(baseEnvironment({ fetch }));
    const request = { renditionId: "r" as never, url: "http://media.test/o", byteLength: 40_000 };
    heads.fetch(request);
    let bytes = 0;
    await heads.get("r")?.follow((chunk) => {
      bytes += chunk.length;
    });
    expect(bytes).toBe(SEGMENT);
    expect(heads.get("r")).toBeUndefined();
    heads.fetch(request);
    await heads.get("r")?.follow(() => undefined);
    expect(asked).toBe(2);
  });
});
