import type { AacTier, AudioFeatures, Codec, VorbisTier } from "@segue/core";
import { ContentStore } from "../adapters/files/content-store";
import { openAac } from "./encode/aac";
import { type Shape, Shaper } from "./encode/shape";
import { type EncodedSpool, type Encoder, openVorbis } from "./encode/vorbis";
import { estimateFeatures } from "./measure/features";
import { integrate, type LoudnessBlocks, LoudnessMeter, measureBlocks } from "./measure/loudness";
import { ANALYZED_SECONDS } from "./measure/spectrum";
import { findFfmpeg } from "./read/ffmpeg";
import { MasterRejected } from "./read/master-rejected";
import { frameCount, joinBlocks, type Pcm } from "./read/pcm";
import { deriveFromDigest } from "./seal/protect";
import { sealSegments } from "./seal/seal-segments";

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

/** A track that can be read from its start more than once, in blocks of one shape. */
export type PcmSource = () => AsyncIterable<Pcm>;

/** What is to be made, and with what. */
export interface ProduceOptions {
  readonly mediaRoot: string;
  readonly secret: Uint8Array;
  /** Names the streams; the same for the same track. */
  readonly serial: number;
  readonly vorbis: readonly VorbisTier[];
  readonly aac: readonly AacTier[];
  readonly measures: boolean;
  /** How the frames of the results are counted. */
  readonly check: "decode" | "trust";
  /** Whether the results must survive a power cut. */
  readonly durable: boolean;
}

/** What was made. */
export interface Production {
  readonly measured: Measured | null;
  readonly renditions: readonly ProducedRendition[];
}

/**
 * Measures a track, encodes, encrypts and stores the wanted renditions; AAC only where ffmpeg is present. Whatever the
 * length of the track, it holds some seconds of it in memory.
 * @throws MasterRejected
 */
export async function produce(source: PcmSource, options: ProduceOptions): Promise<Production> {
  const gauge = await survey(source, options.measures);
  const renditions: ProducedRendition[] = [];
  const encodings = await openEncodings(gauge, options);
  const sample = options.measures ? new MiddleSample(gauge.frames, gauge.sampleRate) : null;
  try {
    for await (const block of source()) {
      sample?.push(block);
      await encodings.write(block);
    }
    if (encodings.frames !== gauge.frames)
      throw new MasterRejected("unreadable", "The file changed meanwhile.");
    const store = new ContentStore(options.mediaRoot);
    for await (const encoded of encodings.finish()) renditions.push(await seal(encoded, store, options));
  } catch (error) {
    await encodings.abandon();
    throw error;
  }
  const measured = sample && gauge.loudness ? measuredOf(sample.pcm(), gauge.loudness, gauge) : null;
  return { measured, renditions };
}

/** Measures loudness and features of a track that lies in memory. */
export function measure(pcm: Pcm): Measured {
  const sample = new MiddleSample(frameCount(pcm), pcm.sampleRate);
  sample.push(pcm);
  return measuredOf(sample.pcm(), measureBlocks(pcm), {
    frames: frameCount(pcm),
    sampleRate: pcm.sampleRate,
  });
}

function measuredOf(
  sample: Pcm,
  loudness: LoudnessBlocks,
  { frames, sampleRate }: Pick<Gauge, "frames" | "sampleRate">,
): Measured {
  return {
    lufs: integrate([loudness]),
    peak: loudness.peak,
    blocks: loudness.blocks,
    features: estimateFeatures(sample, loudness),
    durationMs: (frames / sampleRate) * 1000,
  };
}

interface Gauge {
  readonly frames: number;
  readonly sampleRate: number;
  readonly channels: number;
  readonly loudness: LoudnessBlocks | null;
}

/** Reads a track to its end, so that a damaged one is refused before anything is made of it. */
async function survey(source: PcmSource, measures: boolean): Promise<Gauge> {
  let frames = 0;
  let sampleRate = 0;
  let channels = 0;
  let meter: LoudnessMeter | null = null;
  for await (const block of source()) {
    sampleRate = block.sampleRate;
    channels = block.channels.length;
    frames += frameCount(block);
    if (measures) meter ??= new LoudnessMeter(sampleRate, channels);
    meter?.push(block);
  }
  if (frames === 0) throw new MasterRejected("too_short", "It has 0 frames.");
  return { frames, sampleRate, channels, loudness: meter?.finish() ?? null };
}

interface NamedEncoding extends EncodedSpool {
  readonly codec: Codec;
  readonly tier: number;
  readonly encoder: string;
}

/** Feeds all encoders of a track from one pass over it. */
async function openEncodings({ sampleRate, channels }: Gauge, options: ProduceOptions) {
  const shapers = { full: new Shaper(sampleRate, "full"), small: new Shaper(sampleRate, "small") };
  const folder = new ContentStore(options.mediaRoot).spoolFolder;
  const { serial, check } = options;
  const aac = options.aac.length > 0 && (await findFfmpeg()) ? options.aac : [];
  const open: { codec: Codec; tier: number; encoder: string; shape: Shape; sink: Encoder }[] = [];
  const shared = (shape: Shape) => {
    const count: 1 | 2 = shape === "small" || channels === 1 ? 1 : 2;
    return { sampleRate: shapers[shape].sampleRate, channels: count, serial, folder };
  };
  for (const tier of options.vorbis) {
    const shape = tier === 24 ? "small" : "full";
    const sink = await openVorbis({ ...shared(shape), tier, check });
    open.push({ codec: "vorbis", tier, encoder: "libvorbis-wasm-0.7.0", shape, sink });
  }
  for (const tier of aac) {
    const sink = await openAac({ ...shared("full"), tier });
    open.push({ codec: "aac", tier, encoder: "ffmpeg-aac", shape: "full", sink });
  }
  const shapes = (["full", "small"] as const).filter((shape) => open.some((one) => one.shape === shape));
  const feed = async (shape: Shape, blocks: readonly Pcm[]) => {
    for (const block of blocks)
      await Promise.all(open.filter((one) => one.shape === shape).map((one) => one.sink.write(block)));
  };
  let frames = 0;
  return {
    get frames() {
      return frames;
    },
    async write(block: Pcm) {
      frames += frameCount(block);
      for (const shape of shapes) await feed(shape, shapers[shape].push(block));
    },
    async *finish(): AsyncGenerator<NamedEncoding> {
      for (const shape of shapes) await feed(shape, shapers[shape].finish());
      for (const { codec, tier, encoder, sink } of open)
        yield { codec, tier, encoder, ...(await sink.finish()) };
    },
    async abandon() {
      await Promise.all(open.map((one) => one.sink.abandon()));
    },
  };
}

async function seal(
  encoding: NamedEncoding,
  store: ContentStore,
  { secret, durable }: ProduceOptions,
): Promise<ProducedRendition> {
  const { bytes } = encoding;
  const secrets = deriveFromDigest(secret, bytes.digest);
  try {
    const { hash, byteLength } = await store.putStream(sealSegments(secrets, bytes), { durable });
    return {
      id: secrets.renditionId,
      codec: encoding.codec,
      tier: encoding.tier,
      sampleRate: encoding.sampleRateHz,
      channels: encoding.channels,
      trimStart: encoding.trimStartFrames,
      trimEnd: encoding.trimEndFrames,
      totalFrames: encoding.totalFrames,
      mediaHash: hash,
      byteLength,
      keyId: secrets.keyId,
      salt: secrets.salt,
      noncePrefix: secrets.noncePrefix,
      plaintextHash: bytes.digest.toString("hex"),
      encoder: encoding.encoder,
    };
  } finally {
    await bytes.discard();
  }
}

/** Keeps the stretch of a track that the estimators look at. */
class MiddleSample {
  private readonly from: number;
  private readonly to: number;
  private readonly kept: Pcm[] = [];
  private at = 0;

  constructor(
    frames: number,
    private readonly sampleRate: number,
  ) {
    const wanted = Math.min(frames, ANALYZED_SECONDS * sampleRate);
    this.from = Math.floor((frames - wanted) / 2);
    this.to = this.from + wanted;
  }

  push(block: Pcm): void {
    const from = Math.max(0, this.from - this.at);
    const to = Math.min(frameCount(block), this.to - this.at);
    this.at += frameCount(block);
    if (to <= from) return;
    const channels = block.channels.slice(0, 2).map((channel) => channel.slice(from, to));
    this.kept.push({ sampleRate: this.sampleRate, channels });
  }

  pcm(): Pcm {
    return joinBlocks(this.kept);
  }
}
