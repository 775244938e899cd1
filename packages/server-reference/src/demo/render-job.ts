import { deriveRendition, TIERS } from "@segue/core";
import { ContentStore } from "../adapters/files/content-store";
import { nodeCrypto } from "../node-crypto";
import { type Production, produce } from "../production/produce";
import { cutUp, type Pcm } from "../production/read/pcm";
import type { Ffmpeg, Signs } from "../production/read/workshop";
import { type Composition, compose } from "./composer";

/** Composes one track and makes renditions of it. */
export interface RenderJob {
  readonly composition: Composition;
  /** The part of the composition that is the track, in frames. */
  readonly from: number;
  readonly frames: number;
  /** `first`: what the first listener needs, with all measurements; `rest`: the other tiers. */
  readonly phase: "first" | "rest";
  readonly serial: number;
  readonly mediaRoot: string;
  readonly secret: Uint8Array;
  readonly ffmpeg: Ffmpeg | null;
}

/** What a render gives; measurements in the first phase only. */
export type RenderResult = Production;

let piece: { readonly key: string; readonly pcm: ReturnType<typeof compose> } | undefined;

/** The samples of a track: a cut of its composition. A piece that spans tracks is kept for the next one. */
export function composeTrack({
  composition,
  from,
  frames,
}: Pick<RenderJob, "composition" | "from" | "frames">) {
  if (from === 0 && frames === composition.frames) {
    piece = undefined;
    return compose(composition);
  }
  const key = JSON.stringify(composition);
  if (piece?.key !== key) piece = { key, pcm: compose(composition) };
  const { sampleRate, channels } = piece.pcm;
  return { sampleRate, channels: channels.map((channel) => channel.slice(from, from + frames)) };
}

/** Does one render. */
export async function render(job: RenderJob, signs: Signs): Promise<RenderResult> {
  const pcm = composeTrack(job);
  const store = new ContentStore(job.mediaRoot);
  const isFirst = job.phase === "first";
  return produce(() => inBlocks(pcm), {
    store,
    workshop: { folder: store.spoolFolder, ffmpeg: job.ffmpeg, signs },
    secretsOf: (digest) => deriveRendition(nodeCrypto, job.secret, digest),
    serial: job.serial,
    // 96 kbps is what every plan and device may play; the others follow.
    vorbis: isFirst ? [96] : [160, 320, 24],
    aac: isFirst ? [] : TIERS.aac,
    measures: isFirst,
    // Made by our own hand from samples of our own: a check in the tests is enough, and it can be made anew.
    check: "trust",
    durable: false,
  });
}

async function* inBlocks(pcm: Pcm) {
  yield* cutUp(pcm);
}
