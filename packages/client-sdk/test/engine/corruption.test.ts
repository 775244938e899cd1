import { openSegment } from "@segue/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { baseEnvironment } from "../../src/engine/base-environment";
import { DecryptingReader } from "../../src/engine/media/decrypting-reader";
import { RangeFetcher } from "../../src/engine/media/range-fetcher";
import { signal } from "./fixtures";
import { type Fault, MediaServer } from "./media-server";

describe("a changed byte", () => {
  it("is fetched once more, and refused when it stays", async () => {
    const server = new MediaServer();
    const { item, plain } = await server.publish(signal(150_000));
    const { media } = item.manifest;
    const reader = (fault: (request: number) => Fault) => {
      server.requests.length = 0;
      server.fault = fault;
      const fetcher = new RangeFetcher(media, baseEnvironment({ fetch: server.fetch }));
      const open = (bytes: Uint8Array, index: number) =>
        openSegment(globalThis.crypto, item.segmentKey, media.noncePrefix, index, media.byteLength, bytes);
      return new DecryptingReader(media, fetcher, open, () => undefined);
    };
    await fc.assert(
      fc.asyncProperty(fc.nat(media.byteLength - 1), async (flip) => {
        const healed = await reader((request) => (request === 0 ? { flip } : {})).read(0, plain.length);
        expect(Buffer.compare(healed, plain)).toBe(0);
        await expect(reader(() => ({ flip })).read(0, plain.length)).rejects.toMatchObject({
          code: "segment_corrupt",
        });
      }),
      { numRuns: 15 },
    );
  });
});
