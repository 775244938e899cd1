import type { Bytes } from "@segue/core";
import { FLACDecoder } from "@wasm-audio-decoders/flac";
import { checkFrames, checkShape } from "./bounds";
import type { ByteSource } from "./byte-source";
import { MasterRejected } from "./master-rejected";
import { frameCount, type Pcm } from "./pcm";
import { streamBlocks } from "./wasm-decoder";

/** Decodes FLAC that begins at byte `from`, and checks the frame count that its header promises. @throws MasterRejected */
export async function* flacBlocks(source: ByteSource, from: Bytes): AsyncGenerator<Pcm> {
  const promised = flacFrames(await source.read(from, 42));
  let frames = 0;
  for await (const block of streamBlocks(new FLACDecoder(), source, from)) {
    frames += frameCount(block);
    yield block;
  }
  if (promised > 0 && frames < promised)
    throw new MasterRejected("truncated", `${promised - frames} frames are missing.`);
}

/** Total frames of a FLAC stream's header, 0 when unknown. Checks the header's shape before anything is decoded. */
function flacFrames(bytes: Uint8Array): number {
  if (bytes.length < 42) throw new MasterRejected("truncated");
  if ((bytes[4]! & 127) !== 0) throw new MasterRejected("corrupt", "The stream has no header.");
  const info = bytes.subarray(8, 42);
  const sampleRate = (info[10]! << 12) | (info[11]! << 4) | (info[12]! >> 4);
  const channels = ((info[12]! >> 1) & 7) + 1;
  const frames =
    (info[13]! & 15) * 2 ** 32 + ((info[14]! << 24) >>> 0) + (info[15]! << 16) + (info[16]! << 8) + info[17]!;
  checkShape(channels, sampleRate);
  if (frames > 0) checkFrames(frames, channels, sampleRate);
  return frames;
}
