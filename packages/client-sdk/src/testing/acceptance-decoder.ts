/** What every implementation of the decoder port must do. */
import { type Frames, SegueError } from "@segue/core";
import type { TrackDecoder } from "../ports/decoder";
import type { SuiteTools } from "./suite-tools";

/** A rendition to decode. */
export interface DecoderSubject {
  /** Opens a decoder of the rendition, of `bytes` instead of it when given. */
  open(bytes?: Uint8Array): Promise<TrackDecoder>;
  /** The rendition as a file; at least 2 s long. */
  readonly bytes: Uint8Array;
  /** At least so many frames are decoded from it. */
  readonly frames: Frames;
  readonly channels: number;
  /** How far a sample may differ after a seek. Default 0. */
  readonly tolerance?: number;
}

export function trackDecoderSuite(
  { describe, test, equal }: SuiteTools,
  subject: () => Promise<DecoderSubject>,
): void {
  describe("a track decoder", () => {
    test("gives every frame of every channel, then null for good", async () => {
      const { open, frames, channels } = await subject();
      const decoder = await open();
      await decoder.seek(0);
      const decoded = await drain(decoder);
      equal(decoded.length, channels);
      equal(
        decoded.every((samples) => samples.length === decoded[0]!.length),
        true,
      );
      equal(decoded[0]!.length >= frames, true);
      equal([await decoder.next(), await decoder.next()], [null, null]);
      decoder.close();
    });

    test("gives after a seek the samples of a decode from the start, wherever it goes", async () => {
      const { open, frames, tolerance = 0 } = await subject();
      const decoder = await open();
      await decoder.seek(0);
      const [whole] = await drain(decoder);
      for (const target of [frames - 1_500, 1, 0, 1_023, 1_024, Math.floor(frames / 2), 4_097, frames - 1]) {
        await decoder.seek(target);
        const [tail] = await drain(decoder, 2_000);
        let worst = 0;
        const compared = Math.min(tail!.length, frames - target);
        for (let i = 0; i < compared; i++) worst = Math.max(worst, Math.abs(tail![i]! - whole![target + i]!));
        equal({ target, same: worst <= tolerance, some: compared > 0 }, { target, same: true, some: true });
      }
      decoder.close();
    });

    test("seeks beyond the end to nothing, and back", async () => {
      const { open, frames } = await subject();
      const decoder = await open();
      await decoder.seek(frames * 3);
      equal(await decoder.next(), null);
      await decoder.seek(0);
      equal((await decoder.next()) !== null, true);
      decoder.close();
    });

    test("is closed twice, and before it was used, without harm", async () => {
      const { open } = await subject();
      const decoder = await open();
      decoder.close();
      decoder.close();
    });

    test("meets bytes that are no rendition, or a part of one, with an error of the table or with fewer frames", async () => {
      const { open, bytes, frames } = await subject();
      const noise = Uint8Array.from({ length: 20_000 }, (_, i) => (i * 7_919) & 255);
      for (const broken of [new Uint8Array(0), noise, bytes.slice(0, 64), bytes.slice(0, bytes.length / 2)]) {
        try {
          const decoder = await open(broken);
          await decoder.seek(0);
          const [samples] = await drain(decoder);
          decoder.close();
          equal((samples?.length ?? 0) <= frames + 4_096, true);
        } catch (error) {
          equal(SegueError.is(error), true);
        }
      }
    });
  });
}

/** What the decoder gives from here on, `most` frames or a block more. */
async function drain(
  decoder: TrackDecoder,
  most: Frames = Number.POSITIVE_INFINITY,
): Promise<Float32Array[]> {
  const blocks: Float32Array[][] = [];
  let frames = 0;
  while (frames < most) {
    const block = await decoder.next();
    if (!block) break;
    block.channels.forEach((samples, channel) => {
      blocks[channel] ??= [];
      blocks[channel].push(samples.slice());
    });
    frames += block.frames;
  }
  return blocks.map((pieces) => {
    const all = new Float32Array(frames);
    let at = 0;
    for (const piece of pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  });
}
