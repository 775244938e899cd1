import { type EncodingOptions, openEncodings } from "./encode/encodings";
import { type Measured, measuredOf } from "./measure/measured";
import { MiddleSample } from "./measure/middle-sample";
import { survey } from "./measure/survey";
import { MasterRejected } from "./read/master-rejected";
import type { PcmSource } from "./read/pcm";
import { type ProducedRendition, type SealOptions, sealRendition } from "./seal/rendition";

/** What is to be made, and with what. */
export interface ProduceOptions extends EncodingOptions, SealOptions {
  readonly measures: boolean;
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
  const encodings = await openEncodings(gauge, options);
  const sample = options.measures ? new MiddleSample(gauge.frames, gauge.sampleRate) : null;
  const renditions: ProducedRendition[] = [];
  try {
    for await (const block of source()) {
      sample?.push(block);
      await encodings.write(block);
    }
    if (encodings.frames !== gauge.frames)
      throw new MasterRejected("unreadable", "The file changed meanwhile.");
    for await (const encoded of encodings.finish()) renditions.push(await sealRendition(encoded, options));
  } catch (error) {
    await encodings.abandon();
    throw error;
  }
  const measured = sample && gauge.loudness ? measuredOf(sample.pcm(), gauge.loudness, gauge) : null;
  return { measured, renditions };
}
