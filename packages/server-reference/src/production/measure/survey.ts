import type { Frames, Hertz } from "@segue/core";
import { MasterRejected } from "../read/master-rejected";
import { frameCount, type PcmSource } from "../read/pcm";
import type { LoudnessBlocks } from "./gate";
import { LoudnessMeter } from "./loudness-meter";

/** What a first reading of a track tells. */
export interface Gauge {
  readonly frames: Frames;
  readonly sampleRate: Hertz;
  readonly channels: number;
  readonly loudness: LoudnessBlocks | null;
}

/** Reads a track to its end, so that a damaged one is refused before anything is made of it. @throws MasterRejected */
export async function survey(source: PcmSource, measures: boolean): Promise<Gauge> {
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
