import type { AacTier, Codec, Hertz, Tier, VorbisTier } from "@segue/core";
import { frameCount, type Pcm } from "../read/pcm";
import type { Workshop } from "../read/workshop";
import { openAac } from "./aac";
import type { EncodedSpool, Encoder } from "./encoder";
import { type Shape, Shaper } from "./shape";
import { Spool } from "./spool";
import { openVorbis } from "./vorbis";

/** Which encodings are to be made of a track, and with what. */
export interface EncodingOptions {
  readonly vorbis: readonly VorbisTier[];
  /** Passed over without ffmpeg. */
  readonly aac: readonly AacTier[];
  /** Names the streams; the same for the same track. */
  readonly serial: number;
  /** How the frames of the results are counted. */
  readonly check: "decode" | "trust";
  readonly workshop: Workshop;
}

/** An encoding, and what it was made by. */
export interface NamedEncoding extends EncodedSpool {
  readonly codec: Codec;
  readonly tier: Tier;
  readonly encoder: string;
}

/** The encoders of a track, which one pass over it feeds. */
export interface Encodings {
  /** Frames that were written so far. */
  readonly frames: number;
  write(block: Pcm): Promise<void>;
  /** The encodings, one at a time. @throws MasterRejected */
  finish(): AsyncGenerator<NamedEncoding>;
  /** Removes what was made. */
  abandon(): Promise<void>;
}

const ENCODER = { vorbis: "libvorbis-wasm-0.7.0", aac: "ffmpeg-aac" } as const;

type Wanted =
  | { readonly codec: "vorbis"; readonly tier: VorbisTier }
  | { readonly codec: "aac"; readonly tier: AacTier };

interface OpenEncoding {
  readonly name: Pick<NamedEncoding, "codec" | "tier" | "encoder">;
  readonly shape: Shape;
  readonly sink: Encoder;
}

/** Opens the encoders that are wanted of a track of that shape. */
export async function openEncodings(
  { sampleRate, channels }: { readonly sampleRate: Hertz; readonly channels: number },
  { vorbis, aac, serial, check, workshop }: EncodingOptions,
): Promise<Encodings> {
  const wanted: Wanted[] = vorbis.map((tier) => ({ codec: "vorbis", tier }));
  if (workshop.ffmpeg) wanted.push(...aac.map((tier) => ({ codec: "aac", tier }) as const));
  const shapers = new Map<Shape, Shaper>();
  const open: OpenEncoding[] = [];
  for (const { codec, tier } of wanted) {
    const shape = tier === 24 ? "small" : "full";
    const shaper = shapers.get(shape) ?? new Shaper(sampleRate, shape);
    shapers.set(shape, shaper);
    const format = {
      sampleRate: shaper.sampleRate,
      channels: shape === "small" || channels === 1 ? 1 : 2,
      serial,
    } as const;
    const spool = await Spool.create(workshop);
    const sink =
      codec === "vorbis"
        ? await openVorbis({ ...format, tier, check }, spool)
        : openAac({ ...format, tier }, spool, workshop);
    open.push({ name: { codec, tier, encoder: ENCODER[codec] }, shape, sink });
  }
  const feed = async (shape: Shape, blocks: readonly Pcm[]) => {
    const sinks = open.filter((one) => one.shape === shape).map((one) => one.sink);
    for (const block of blocks) await Promise.all(sinks.map((sink) => sink.write(block)));
  };
  let frames = 0;
  return {
    get frames() {
      return frames;
    },
    async write(block) {
      frames += frameCount(block);
      for (const [shape, shaper] of shapers) await feed(shape, shaper.push(block));
    },
    async *finish() {
      for (const [shape, shaper] of shapers) await feed(shape, shaper.finish());
      for (const { name, sink } of open) yield { ...name, ...(await sink.finish()) };
    },
    async abandon() {
      await Promise.all(open.map((one) => one.sink.abandon()));
    },
  };
}
