import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createEncoder } from "wasm-media-encoders";
import { decodeVorbis } from "./decode";
import { MasterRejected } from "./master-rejected";
import { frameCount, type Pcm, sanitize, toMono, toStereo } from "./pcm";
import { resample } from "./resample";

/** Nominal bitrates in kbps. 24 is mono at 22.05 kHz. */
export const VORBIS_TIERS = [24, 96, 160, 320] as const;
export type VorbisTier = (typeof VORBIS_TIERS)[number];

/** Encoder quality by tier: the libvorbis qualities whose nominal bitrates for stereo at 44.1 kHz are the tiers. */
const QUALITY: Record<VorbisTier, number> = { 24: -1, 96: 2, 160: 5, 320: 9 };
const CHUNK_FRAMES = 16_384;

/** A file in a codec's container, together with what a player must know to give back the source's frames. */
export interface Encoded {
  readonly bytes: Uint8Array;
  readonly sampleRateHz: number;
  readonly channels: 1 | 2;
  /** Frames that the decoder gives before the first of the track. */
  readonly trimStartFrames: number;
  /** Frames that the decoder gives after the last of the track. */
  readonly trimEndFrames: number;
  /** Frames of the track. */
  readonly totalFrames: number;
}

let encoder: ReturnType<typeof load> | undefined;
async function load() {
  const wasm = createRequire(import.meta.url).resolve("wasm-media-encoders/wasm/ogg.wasm");
  return createEncoder("audio/ogg", await readFile(wasm));
}

/** What the encoder of `tier` is fed: 22.05 kHz mono for 24 kbps, else at most two channels at 44.1 or 48 kHz. */
export function shapeForTier(pcm: Pcm, tier: VorbisTier): Pcm {
  if (tier === 24) return resample({ sampleRate: pcm.sampleRate, channels: [toMono(toStereo(pcm))] }, 22_050);
  const rate = houseRate(pcm.sampleRate);
  return resample(toStereo(pcm), rate);
}

/** 44.1 and 48 kHz keep their rate; others become the one of the two they are a multiple of, else 44.1 kHz. */
export function houseRate(sampleRate: number): 44_100 | 48_000 {
  return sampleRate === 48_000 || sampleRate % 48_000 === 0 || 48_000 % sampleRate === 0 ? 48_000 : 44_100;
}

/**
 * Encodes one tier and decodes it again to count its frames. `serial` becomes the stream's number, so that the same
 * input gives the same bytes. Calls must not overlap in one thread.
 * @throws MasterRejected `failed` when the decoded frames are not the encoded ones.
 */
export async function encodeVorbis(pcm: Pcm, tier: VorbisTier, serial: number): Promise<Encoded> {
  const shaped = sanitize(copy(shapeForTier(pcm, tier)));
  const channels = shaped.channels.length === 1 ? 1 : 2;
  const totalFrames = frameCount(shaped);
  encoder ??= load();
  const vorbis = await encoder;
  vorbis.configure({
    channels,
    sampleRate: shaped.sampleRate,
    vbrQuality: QUALITY[tier],
    oggSerialNo: serial & 0x7fffffff,
  });
  const parts: Uint8Array[] = [];
  for (let at = 0; at < totalFrames; at += CHUNK_FRAMES) {
    parts.push(
      vorbis.encode(shaped.channels.map((channel) => channel.subarray(at, at + CHUNK_FRAMES))).slice(),
    );
  }
  parts.push(vorbis.finalize().slice());
  const bytes = new Uint8Array(Buffer.concat(parts));
  const decoded = await decodeVorbis(bytes);
  const trimEndFrames = frameCount(decoded) - totalFrames;
  if (trimEndFrames < 0) throw new MasterRejected("failed", "The encoded stream is shorter than its source.");
  return { bytes, sampleRateHz: shaped.sampleRate, channels, trimStartFrames: 0, trimEndFrames, totalFrames };
}

/** Encoders get arrays of their own: callers keep theirs unclamped for the other tiers. */
function copy(pcm: Pcm): Pcm {
  return { sampleRate: pcm.sampleRate, channels: pcm.channels.map((channel) => channel.slice()) };
}
