import { OggVorbisDecoder } from "@wasm-audio-decoders/ogg-vorbis";
import { type ByteSource, bytesSource } from "./byte-source";
import { MasterRejected } from "./master-rejected";
import { collect, type Pcm } from "./pcm";
import { type Decoded, streamBlocks } from "./wasm-decoder";

/** Decodes Ogg Vorbis block by block. @throws MasterRejected */
export function vorbisBlocks(source: ByteSource): AsyncGenerator<Pcm> {
  return streamBlocks(new OggVorbisDecoder(), source);
}

/** Decodes a whole short track. @throws MasterRejected */
export function decodeVorbis(bytes: Uint8Array): Promise<Pcm> {
  return collect(vorbisBlocks(bytesSource(bytes)));
}

/** Frames that a decoder gives for Ogg Vorbis that comes in pieces. @throws MasterRejected */
export async function countVorbisFrames(stream: AsyncIterable<Uint8Array>): Promise<number> {
  const decoder = new OggVorbisDecoder();
  try {
    await decoder.ready;
    let frames = 0;
    const take = (decoded: Decoded) => {
      if (decoded.errors.length > 0) throw new MasterRejected("failed", "The encoded stream is damaged.");
      frames += decoded.samplesDecoded;
    };
    for await (const piece of stream) take(await decoder.decode(piece));
    take(await decoder.flush());
    return frames;
  } finally {
    decoder.free();
  }
}
