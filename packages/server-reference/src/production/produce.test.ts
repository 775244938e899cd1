import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deriveRendition } from "@segue/core";
import { afterAll, expect, it } from "vitest";
import { nodeCrypto } from "../node-crypto";
import { produce } from "./produce";
import { BLOCK_FRAMES, type Pcm } from "./read/pcm";
import { NO_SIGNS } from "./read/workshop";
import type { MediaSink } from "./seal/rendition";

const folder = mkdtempSync(join(tmpdir(), "segue-produce-"));
/** Takes what is sealed, and keeps nothing. */
const store: MediaSink = {
  async putStream(pieces) {
    let byteLength = 0;
    for await (const piece of pieces) byteLength += piece.length;
    return { hash: "", byteLength };
  },
};
afterAll(() => rmSync(folder, { recursive: true }));

const options = {
  store,
  workshop: { folder, ffmpeg: null, signs: NO_SIGNS },
  secretsOf: (digest: Uint8Array) => deriveRendition(nodeCrypto, new Uint8Array(32), digest),
  serial: 1,
  vorbis: [24],
  aac: [],
  measures: false,
  check: "decode",
  durable: false,
} as const;

const WAVE = Float32Array.from({ length: BLOCK_FRAMES }, (_, i) => 0.1 * Math.sin(i * 0.01));

/** Blocks of a hum on eight channels, and what they occupied in memory meanwhile. */
function hum(blocks: number) {
  const before = process.memoryUsage().arrayBuffers;
  const seen = { most: 0 };
  const source = async function* (): AsyncGenerator<Pcm> {
    for (let block = 0; block < blocks; block++) {
      seen.most = Math.max(seen.most, process.memoryUsage().arrayBuffers - before);
      yield { sampleRate: 22_050, channels: Array.from({ length: 8 }, () => WAVE.slice()) };
    }
  };
  return { source, seen, bytes: blocks * BLOCK_FRAMES * 8 * 4 };
}

it("holds some blocks of a long track in memory, not all of it", async () => {
  const { source, seen, bytes } = hum(130);
  const { renditions } = await produce(source, options);
  expect(renditions[0]?.totalFrames).toBe(130 * BLOCK_FRAMES);
  expect(bytes).toBeGreaterThan(250_000_000);
  expect(seen.most).toBeLessThan(bytes / 2);
}, 120_000);

it("refuses a track that changes between two readings, and leaves nothing behind", async () => {
  let blocks = 3;
  const source = () => hum(blocks--).source();
  await expect(produce(source, options)).rejects.toMatchObject({ reason: "unreadable" });
  expect(readdirSync(folder)).toEqual([]);
});
