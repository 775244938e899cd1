import { createHash } from "node:crypto";
import type { AudioFeatures, Codec } from "@segue/core";
import { AAC_TIERS, type AacTier, encodeAac } from "./aac";
import { estimateFeatures } from "./features";
import { findFfmpeg } from "./ffmpeg";
import { integrate, type LoudnessBlocks, measureBlocks } from "./loudness";
import { ContentStore } from "./media-store";
import { frameCount, type Pcm } from "./pcm";
import { protectRendition } from "./protect";
import { type Encoded, encodeVorbis, houseRate, VORBIS_TIERS, type VorbisTier } from "./vorbis";

/** An encrypted rendition that lies in the media store. */
export interface ProducedRendition {
  readonly id: string;
  readonly codec: Codec;
  readonly tier: number;
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  readonly trimStart: number;
  readonly trimEnd: number;
  readonly totalFrames: number;
  readonly mediaHash: string;
  readonly byteLength: number;
  readonly keyId: string;
  readonly salt: Uint8Array;
  readonly noncePrefix: Uint8Array;
  readonly plaintextHash: string;
  readonly encoder: string;
}

/** What was measured on the master. */
export interface Measured {
  readonly lufs: number;
  readonly peak: number;
  readonly blocks: Float64Array;
  readonly features: AudioFeatures;
  readonly durationMs: number;
}

/** Which renditions to make, and with what. */
export interface ProduceOptions {
  readonly mediaRoot: string;
  readonly secret: Uint8Array;
  /** Names the Ogg stream; the same for the same track. */
  readonly serial: number;
  readonly vorbis: readonly VorbisTier[];
  readonly aac: readonly AacTier[];
}

/** Every tier, for a master whose bandwidth deserves them. */
export const ALL_TIERS = { vorbis: VORBIS_TIERS, aac: AAC_TIERS } as const;

/** Measures loudness and features of a master. */
export function measure(pcm: Pcm): Measured {
  const blocks: LoudnessBlocks = measureBlocks(pcm);
  return {
    lufs: integrate([blocks]),
    peak: blocks.peak,
    blocks: blocks.blocks,
    features: estimateFeatures(pcm, blocks),
    durationMs: (frameCount(pcm) / pcm.sampleRate) * 1000,
  };
}

/** Encodes, encrypts and stores the wanted renditions; AAC only where ffmpeg is present. */
export async function produce(pcm: Pcm, options: ProduceOptions): Promise<ProducedRendition[]> {
  const store = new ContentStore(options.mediaRoot);
  const made: ProducedRendition[] = [];
  const keep = async (codec: Codec, tier: number, encoder: string, encoded: Encoded) => {
    const sealed = protectRendition(options.secret, encoded.bytes);
    await store.put(sealed.hash, sealed.ciphertext);
    made.push({
      id: sealed.renditionId,
      codec,
      tier,
      sampleRate: encoded.sampleRateHz,
      channels: encoded.channels,
      trimStart: encoded.trimStartFrames,
      trimEnd: encoded.trimEndFrames,
      totalFrames: encoded.totalFrames,
      mediaHash: sealed.hash,
      byteLength: sealed.ciphertext.length,
      keyId: sealed.keyId,
      salt: sealed.salt,
      noncePrefix: sealed.noncePrefix,
      plaintextHash: createHash("sha256").update(encoded.bytes).digest("hex"),
      encoder,
    });
  };
  for (const tier of options.vorbis) {
    await keep("vorbis", tier, "libvorbis-wasm-0.7.0", await encodeVorbis(pcm, tier, options.serial));
  }
  if (options.aac.length > 0 && (await findFfmpeg())) {
    const rate = houseRate(pcm.sampleRate);
    for (const tier of options.aac) await keep("aac", tier, "ffmpeg-aac", await encodeAac(pcm, tier, rate));
  }
  return made;
}
