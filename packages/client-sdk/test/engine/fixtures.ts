import { webcrypto } from "node:crypto";
import { OggVorbisDecoder } from "@wasm-audio-decoders/ogg-vorbis";
import { createOggEncoder } from "wasm-media-encoders";

/** A signal without silence: no window of a few samples is zero. */
export function signal(frames: number, rateHz = 44_100, seed = 1): [Float32Array, Float32Array] {
  const left = new Float32Array(frames);
  const right = new Float32Array(frames);
  let state = seed;
  for (let i = 0; i < frames; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const noise = state / 2 ** 32 - 0.5;
    left[i] = 0.4 * Math.sin((2 * Math.PI * (220 + seed) * i) / rateHz) + 0.1 * noise;
    right[i] = 0.4 * Math.cos((2 * Math.PI * (331 + seed) * i) / rateHz) - 0.1 * noise;
  }
  return [left, right];
}

export async function encode(channels: readonly Float32Array[], rateHz = 44_100): Promise<Uint8Array> {
  const encoder = await createOggEncoder();
  encoder.configure({ channels: channels.length as 1 | 2, sampleRate: rateHz, vbrQuality: 4 } as never);
  const parts: Uint8Array[] = [];
  const frames = channels[0]!.length;
  for (let at = 0; at < frames; at += 8192) {
    parts.push(encoder.encode(channels.map((c) => c.subarray(at, at + 8192)) as never).slice());
  }
  parts.push(encoder.finalize().slice());
  return new Uint8Array(Buffer.concat(parts));
}

/** The whole file decoded at once by the library's own parser. */
export async function decodeWhole(bytes: Uint8Array): Promise<Float32Array[]> {
  const decoder = new OggVorbisDecoder();
  await decoder.ready;
  const decoded = await decoder.decodeFile(bytes);
  decoder.free();
  return decoded.channelData;
}

const SEGMENT = 16_384;

/** Cuts and seals `plain` as docs/architecture.md says. */
export async function seal(plain: Uint8Array, keyBytes: Uint8Array, prefix: Uint8Array): Promise<Uint8Array> {
  const key = await webcrypto.subtle.importKey("raw", keyBytes, "AES-GCM", false, ["encrypt"]);
  const count = Math.ceil(plain.length / (SEGMENT - 16));
  const parts: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const iv = new Uint8Array(12);
    iv.set(prefix);
    new DataView(iv.buffer).setUint32(7, i);
    iv[11] = i === count - 1 ? 1 : 0;
    const piece = plain.slice(i * (SEGMENT - 16), (i + 1) * (SEGMENT - 16));
    parts.push(new Uint8Array(await webcrypto.subtle.encrypt({ name: "AES-GCM", iv }, key, piece)));
  }
  return new Uint8Array(Buffer.concat(parts));
}
