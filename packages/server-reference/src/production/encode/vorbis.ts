import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { VorbisTier } from "@segue/core";
import { createEncoder } from "wasm-media-encoders";
import { MasterRejected } from "../read/master-rejected";
import { countVorbisFrames } from "../read/ogg-vorbis";
import { frameCount, sanitize } from "../read/pcm";
import type { Encoder } from "./encoder";
import type { Spool } from "./spool";

/** Encoder quality by tier: the libvorbis qualities whose nominal bitrates for stereo at 44.1 kHz are the tiers. */
const QUALITY: Record<VorbisTier, number> = { 24: -1, 96: 2, 160: 5, 320: 9 };
const CHUNK_FRAMES = 16_384;

type Wasm = Awaited<ReturnType<typeof load>>;
let program: Parameters<typeof createEncoder>[1] | undefined;

/** Makes an encoder from a program that is compiled once: what the engine learned of it holds for all encoders. */
async function load() {
  program ??= await readFile(createRequire(import.meta.url).resolve("wasm-media-encoders/wasm/ogg.wasm"));
  return createEncoder("audio/ogg", program, (compiled) => {
    program = compiled;
  });
}

/** Encoders that wait for their next track: making one costs more than a short track. */
const idle: Wasm[] = [];

/** What `openVorbis` needs to know. */
export interface VorbisOptions {
  readonly tier: VorbisTier;
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  /** Becomes the stream's number, so that the same input gives the same bytes. */
  readonly serial: number;
  /** `decode`: count the frames of the result by decoding it; `trust`: read them from its last page. */
  readonly check: "decode" | "trust";
}

/** Starts to encode one tier into `spool`, which it takes over. */
export async function openVorbis(options: VorbisOptions, spool: Spool): Promise<Encoder> {
  const { tier, sampleRate, channels, serial } = options;
  const vorbis = idle.pop() ?? (await load());
  vorbis.configure({ channels, sampleRate, vbrQuality: QUALITY[tier], oggSerialNo: serial & 0x7fffffff });
  let totalFrames = 0;
  let lastPage = new Uint8Array(0);
  const keep = async (encoded: Uint8Array) => {
    if (encoded.length === 0) return;
    const bytes = encoded.slice();
    lastPage = tail(lastPage, bytes);
    await spool.append(bytes);
  };
  return {
    async write(block) {
      const { channels: samples } = sanitize(block);
      const frames = frameCount(block);
      totalFrames += frames;
      for (let at = 0; at < frames; at += CHUNK_FRAMES)
        await keep(vorbis.encode(samples.map((channel) => channel.subarray(at, at + CHUNK_FRAMES))));
    },
    async finish() {
      await keep(vorbis.finalize());
      idle.push(vorbis);
      const bytes = await spool.finish();
      const decoded =
        options.check === "decode" ? await countVorbisFrames(bytes.pieces(4096)) : lastGranule(lastPage);
      const trimEndFrames = decoded - totalFrames;
      if (trimEndFrames < 0) {
        await bytes.discard();
        throw new MasterRejected("failed", "The encoded stream is shorter than its source.");
      }
      return { bytes, sampleRateHz: sampleRate, channels, trimStartFrames: 0, trimEndFrames, totalFrames };
    },
    abandon: () => spool.discard(),
  };
}

/** Bytes that surely hold the head of a stream's last page. */
const TAIL_BYTES = 128 * 1024;

function tail(before: Uint8Array<ArrayBuffer>, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (bytes.length >= TAIL_BYTES) return bytes.slice(-TAIL_BYTES);
  return new Uint8Array(Buffer.concat([before, bytes]).subarray(-TAIL_BYTES));
}

/** Frames up to the end of the last Ogg page: its granule position. @throws MasterRejected when there is no page */
function lastGranule(bytes: Uint8Array): number {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).lastIndexOf("OggS");
  if (at < 0) throw new MasterRejected("failed", "The encoded stream has no end.");
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(at + 6, true));
}
