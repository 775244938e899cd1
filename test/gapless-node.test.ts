import { type AudioOutput, createNodeClient } from "@segue/client-sdk/node";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { approveDevice } from "../packages/client-sdk/test/approve-device";
import { pieceAt } from "./harness/continuous-piece";
import { type IngestedPiece, serveContinuousPiece } from "./harness/ingested-piece";

let piece: IngestedPiece;
beforeAll(async () => {
  piece = await serveContinuousPiece([2, 3, 1, 2]);
});
afterAll(() => piece?.remove());
afterEach(() => vi.unstubAllGlobals());

/** From now on every grant takes `ms` longer. */
function delayGrants(ms: number): void {
  const direct = globalThis.fetch;
  vi.stubGlobal("fetch", async (...args: Parameters<typeof fetch>) => {
    if (String(args[0]).endsWith("/grants")) await new Promise((resolve) => setTimeout(resolve, ms));
    return direct(...args);
  });
}

/** Takes samples as fast as they come, as a file does. */
class Recorder implements AudioOutput {
  readonly realtime = false;
  readonly latencyMs = 0;
  readonly #blocks: Float32Array[] = [];
  async open(): Promise<void> {}
  async write(left: Float32Array, _right: Float32Array, frames: number): Promise<void> {
    this.#blocks.push(left.slice(0, frames));
  }
  async close(): Promise<void> {}
  get samples(): Float32Array {
    return Float32Array.from(this.#blocks.flatMap((block) => [...block]));
  }
}

/** Root of the mean squared difference between what was recorded from `from` on and the piece, moved by `lag` frames. */
function difference(samples: Float32Array, from: number, frames: number, lag: number): number {
  let sum = 0;
  for (let i = from; i < from + frames; i++) sum += (samples[i]! - pieceAt(i + lag)[0]) ** 2;
  return Math.sqrt(sum / frames);
}

test.each([
  ["in time", 0],
  ["after the track before it has ended", 700],
])("in Node, faster than real time, tracks that are granted %s join to one stream", async (_, delayMs) => {
  delayGrants(delayMs);
  const output = new Recorder();
  const client = createNodeClient({ serverUrl: piece.server.url, output, dataDir: null });
  await client.auth.signInWithDeviceCode((code) => {
    void approveDevice(code.verificationUriComplete ?? code.verificationUri, "ada", code.userCode);
  });
  const { shelves } = await client.api.home();
  const items = shelves.flatMap((shelf) => shelf.items);
  const album = items.find((item) => item.kind === "album")!.album;
  client.player.setNormalization("off");
  const ended = new Promise<void>((resolve) => {
    client.player.on("state", ({ status }) => status === "idle" && resolve());
  });
  await client.player.playAlbum(album.id);
  await ended;
  vi.unstubAllGlobals();
  const { engine, log } = client.inspect();
  await client.close();

  const { samples } = output;
  expect(samples.length).toBe(piece.totalFrames);
  // One stream: the engine counts frames and joins over all of it, and every join was measured.
  expect(engine).toMatchObject({ framesPlayed: piece.totalFrames, underrunFrames: 0, lastJoinGapFrames: 0 });
  const joins = log.filter(({ kind }) => kind === "join").map(({ text }) => text);
  expect(joins).toEqual(["0 silent frames", "0 silent frames", "0 silent frames"]);
  // To both sides of each join the sound is the piece, in its place to the sample.
  let join = 0;
  for (const frames of piece.frames.slice(0, -1)) {
    join += frames;
    for (const from of [join - 2_000, join]) {
      const inPlace = difference(samples, from, 2_000, 0);
      expect(inPlace).toBeLessThan(0.05);
      for (const lag of [-2, -1, 1, 2])
        expect(difference(samples, from, 2_000, lag)).toBeGreaterThan(inPlace);
    }
  }
});
