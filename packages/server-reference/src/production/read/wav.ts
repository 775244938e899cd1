import { checkFrames } from "./bounds";
import { type ByteSource, bytesSource } from "./byte-source";
import { MasterRejected } from "./master-rejected";
import { collect, type Pcm } from "./pcm";
import { readFormat, readSamples, strideOf, type WavFormat } from "./wav-format";

/** Where the samples of a WAVE file lie and what they are. */
interface WavLayout {
  readonly format: WavFormat;
  readonly start: number;
  readonly size: number;
}

/** Bytes that hold a chunk's head and, for the format chunk, its body. */
const HEAD_BYTES = 8 + 40;
/** Bytes of samples that are read at a time. */
const READ_BYTES = 1 << 20;

/**
 * Decodes RIFF/WAVE block by block: integer PCM of 8, 16, 24 and 32 bits, float of 32 and 64 bits, plain or
 * extensible. A data chunk that promises more than the file holds is a truncation; one of unknown length (0 or all
 * ones, as written by streaming encoders) reaches to the end of the file.
 * @throws MasterRejected
 */
export async function* wavBlocks(source: ByteSource): AsyncGenerator<Pcm> {
  const { format, start, size } = await readLayout(source);
  const stride = strideOf(format);
  const frames = Math.floor(size / stride);
  checkFrames(frames, format.channels, format.sampleRate);
  const step = Math.max(1, Math.floor(READ_BYTES / stride)) * stride;
  const end = start + frames * stride;
  for (let at = start; at < end; at += step)
    yield readSamples(await source.read(at, Math.min(step, end - at)), format);
}

/** Decodes a whole WAVE file. @throws MasterRejected */
export function decodeWav(bytes: Uint8Array): Promise<Pcm> {
  return collect(wavBlocks(bytesSource(bytes)));
}

async function readLayout(source: ByteSource): Promise<WavLayout> {
  let format: WavFormat | undefined;
  let at = 12;
  for (let chunks = 0; at + 8 <= source.byteLength && chunks < 10_000; chunks++) {
    const head = await source.read(at, HEAD_BYTES);
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const id = view.getUint32(0, false);
    const size = view.getUint32(4, true);
    const body = at + 8;
    if (id === 0x666d7420) format = readFormat(view, 8, size);
    else if (id === 0x64617461) {
      if (!format) throw new MasterRejected("corrupt", "The data comes before its format.");
      const rest = source.byteLength - body;
      const isOpenEnded = size === 0xffffffff || (size === 0 && rest > 0);
      if (!isOpenEnded && size > rest)
        throw new MasterRejected("truncated", `${size - rest} bytes are missing.`);
      return { format, start: body, size: isOpenEnded ? rest : size };
    }
    at = body + size + (size & 1);
  }
  throw new MasterRejected("corrupt", "There is no audio data.");
}
