import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const SAMPLE_RATE = 44_100;

/** A 16-bit stereo WAV file of interleaved `samples`. */
function wav(samples: Int16Array): Buffer {
  const header = Buffer.alloc(44);
  const bytes = samples.length * 2;
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + bytes, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(SAMPLE_RATE * 4, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(bytes, 40);
  return Buffer.concat([header, Buffer.from(samples.buffer, samples.byteOffset, bytes)]);
}

/** The piece at `frame`, counted from its beginning. Its partials never cancel: no 64 frames in a row are silent. */
export function pieceAt(frame: number): readonly [left: number, right: number] {
  const time = frame / SAMPLE_RATE;
  const left =
    0.35 * Math.sin(2 * Math.PI * 220 * time) +
    0.2 * Math.sin(2 * Math.PI * (330 + 40 * Math.sin(time)) * time);
  const right = 0.35 * Math.cos(2 * Math.PI * 220 * time) + 0.2 * Math.sin(2 * Math.PI * 441 * time);
  return [left, right];
}

/**
 * Writes one piece of sound that is never silent, cut into tracks at frames that no block size divides.
 * @returns frames of each track
 */
export async function writeContinuousPiece(
  folder: string,
  seconds: readonly number[],
): Promise<readonly number[]> {
  const album = join(folder, "The Continuous", "One Piece");
  await mkdir(album, { recursive: true });
  const frames = seconds.map((length, index) => Math.floor(length * SAMPLE_RATE) + 17 * index + 1);
  let at = 0;
  for (const [index, count] of frames.entries()) {
    const samples = new Int16Array(count * 2);
    for (let frame = 0; frame < count; frame++) {
      const [left, right] = pieceAt(at + frame);
      samples[frame * 2] = Math.round(left * 32_767);
      samples[frame * 2 + 1] = Math.round(right * 32_767);
    }
    at += count;
    await writeFile(join(album, `${String(index + 1).padStart(2, "0")} Part ${index + 1}.wav`), wav(samples));
  }
  return frames;
}
