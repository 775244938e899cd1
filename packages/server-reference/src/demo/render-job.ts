import { AAC_TIERS } from "../media-production/aac";
import { type Measured, measure, type ProducedRendition, produce } from "../media-production/produce";
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
}

/** What a render gives. */
export interface RenderResult {
  readonly renditions: readonly ProducedRendition[];
  readonly measured: Measured | null;
}

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
export async function render(job: RenderJob): Promise<RenderResult> {
  const pcm = composeTrack(job);
  const renditions = await produce(pcm, {
    mediaRoot: job.mediaRoot,
    secret: job.secret,
    serial: job.serial,
    vorbis: job.phase === "first" ? [160, 96] : [320, 24],
    aac: job.phase === "first" ? [] : AAC_TIERS,
  });
  return { renditions, measured: job.phase === "first" ? measure(pcm) : null };
}
