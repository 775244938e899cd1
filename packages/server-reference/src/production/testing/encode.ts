import { tmpdir } from "node:os";
import type { AacTier, VorbisTier } from "@segue/core";
import { openAac } from "../encode/aac";
import type { EncodedSpool, Encoder } from "../encode/encoder";
import { Shaper } from "../encode/shape";
import { Spool } from "../encode/spool";
import { openVorbis } from "../encode/vorbis";
import { findFfmpeg } from "../read/ffmpeg";
import type { Pcm } from "../read/pcm";
import { type Ffmpeg, NO_SIGNS, type Workshop } from "../read/workshop";

/** A workshop in the system's temporary folder. */
export const workshopWith = (ffmpeg: Ffmpeg | null): Workshop => ({
  folder: tmpdir(),
  ffmpeg,
  signs: NO_SIGNS,
});

/** The machine's ffmpeg, or the one that SEGUE_FFMPEG names. */
export const systemFfmpeg = () => findFfmpeg(process.env.SEGUE_FFMPEG || "ffmpeg");

/** Encodes a whole short track in memory. */
export async function encodeVorbis(pcm: Pcm, tier: VorbisTier, serial: number) {
  const shaper = new Shaper(pcm.sampleRate, tier === 24 ? "small" : "full");
  const { blocks, format } = shaped(pcm, shaper);
  const spool = await Spool.create(workshopWith(null));
  return inMemory(await openVorbis({ tier, serial, ...format, check: "decode" }, spool), blocks);
}

/** Encodes a whole short track in memory. */
export async function encodeAac(pcm: Pcm, tier: AacTier, ffmpeg: Ffmpeg | null) {
  const { blocks, format } = shaped(pcm, new Shaper(pcm.sampleRate, "full"));
  const workshop = workshopWith(ffmpeg);
  const spool = await Spool.create(workshop);
  return inMemory(openAac({ tier, serial: 0, ...format }, spool, workshop), blocks);
}

function shaped(pcm: Pcm, shaper: Shaper) {
  const blocks = [...shaper.push(pcm), ...shaper.finish()];
  const channels = blocks[0]!.channels.length === 1 ? 1 : 2;
  return { blocks, format: { sampleRate: shaper.sampleRate, channels } as const };
}

async function inMemory(encoder: Encoder, blocks: readonly Pcm[]) {
  for (const block of blocks) await encoder.write(block);
  const { bytes, ...encoded }: EncodedSpool = await encoder.finish();
  const parts: Uint8Array[] = [];
  for await (const piece of bytes.pieces(1 << 16)) parts.push(piece);
  await bytes.discard();
  return { ...encoded, bytes: new Uint8Array(Buffer.concat(parts)) };
}
