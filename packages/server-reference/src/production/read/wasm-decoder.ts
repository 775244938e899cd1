import { checkFrames, checkShape } from "./bounds";
import type { ByteSource } from "./byte-source";
import { LIMITS } from "./limits";
import { MasterRejected } from "./master-rejected";
import type { Pcm } from "./pcm";

/** Bytes of a piece. A few bytes of FLAC unfold into 65 535 frames, so that a piece may be 65 000 times as long decoded. */
const STEP = 4 * 1024;
const READ = 256 * 1024;

/** A decoder of @wasm-audio-decoders. */
export interface StreamDecoder {
  readonly ready: Promise<void>;
  decode(data: Uint8Array): Promise<Decoded>;
  flush(): Promise<Decoded>;
  free(): void;
}
/** What it gives for a piece. */
export interface Decoded {
  readonly channelData: Float32Array[];
  readonly sampleRate: number;
  readonly samplesDecoded: number;
  readonly errors: readonly { readonly message: string }[];
}

/**
 * Feeds a decoder piece by piece, so that a small file that unfolds into a huge one is stopped on the way.
 * @throws MasterRejected
 */
export async function* streamBlocks(
  decoder: StreamDecoder,
  source: ByteSource,
  from = 0,
): AsyncGenerator<Pcm> {
  let frames = 0;
  let shape: { readonly sampleRate: number; readonly channels: number } | undefined;
  const read = (decoded: Decoded): Pcm | null => {
    if (decoded.errors.length > 0)
      throw new MasterRejected("corrupt", decoded.errors[0]!.message.slice(0, 200));
    if (decoded.samplesDecoded === 0) return null;
    const channels = decoded.channelData.length;
    shape ??= { sampleRate: decoded.sampleRate, channels };
    if (decoded.sampleRate !== shape.sampleRate || channels !== shape.channels)
      throw new MasterRejected("unsupported", "The stream changes its shape.");
    checkShape(channels, shape.sampleRate);
    frames += decoded.samplesDecoded;
    if (frames > LIMITS.minFrames) checkFrames(frames, channels, shape.sampleRate);
    return {
      sampleRate: shape.sampleRate,
      channels: decoded.channelData.map((data) => data.slice(0, decoded.samplesDecoded)),
    };
  };
  const guarded = async (decoded: Promise<Decoded>) => {
    try {
      return await decoded;
    } catch {
      throw new MasterRejected("corrupt");
    }
  };
  try {
    await decoder.ready;
    // Read in large pieces, decoded in small ones.
    for (let at = from; at < source.byteLength; at += READ) {
      const bytes = await source.read(at, READ);
      for (let i = 0; i < bytes.length; i += STEP) {
        const block = read(await guarded(decoder.decode(bytes.subarray(i, i + STEP))));
        if (block) yield block;
      }
    }
    const last = read(await guarded(decoder.flush()));
    if (last) yield last;
  } finally {
    decoder.free();
  }
  if (frames === 0) throw new MasterRejected("corrupt", "Nothing could be decoded.");
}
