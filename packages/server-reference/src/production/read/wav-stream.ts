import { MasterRejected } from "./master-rejected";
import type { Pcm } from "./pcm";
import { readFormat, readSamples, strideOf, type WavFormat } from "./wav-format";

/** Bytes within which the samples must begin. */
const HEAD_BYTES = 1 << 16;

/** Decodes WAVE that comes from a program, as it comes; its sizes say nothing. @throws MasterRejected */
export async function* wavStream(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Pcm> {
  let format: WavFormat | undefined;
  let rest = new Uint8Array(0);
  for await (const chunk of chunks) {
    let bytes = joinBytes(rest, chunk);
    if (!format) {
      const head = readHead(bytes);
      if (!head && bytes.length < HEAD_BYTES) {
        rest = bytes;
        continue;
      }
      if (!head) break;
      format = head.format;
      bytes = bytes.subarray(head.start);
    }
    const whole = bytes.length - (bytes.length % strideOf(format));
    rest = bytes.slice(whole);
    if (whole > 0) yield readSamples(bytes.subarray(0, whole), format);
  }
  if (!format) throw new MasterRejected("corrupt", "There is no audio data.");
}

/** What the samples of a stream are and where they begin, null when `bytes` do not reach that far. */
function readHead(bytes: Uint8Array): { readonly format: WavFormat; readonly start: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: WavFormat | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = view.getUint32(at, false);
    const size = view.getUint32(at + 4, true);
    if (id === 0x64617461) return format ? { format, start: at + 8 } : null;
    if (id === 0x666d7420 && at + 48 <= bytes.length) format = readFormat(view, at + 8, size);
    at += 8 + size + (size & 1);
  }
  return null;
}

function joinBytes(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
