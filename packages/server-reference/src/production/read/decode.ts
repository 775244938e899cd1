import { checkFrames, checkShape } from "./bounds";
import { ffmpegBlocks } from "./ffmpeg-blocks";
import { flacBlocks } from "./flac";
import { LIMITS } from "./limits";
import type { EncodedAudio } from "./master";
import { MasterRejected } from "./master-rejected";
import { vorbisBlocks } from "./ogg-vorbis";
import { frameCount, type Pcm, reblock } from "./pcm";
import { wavBlocks } from "./wav";
import type { Workshop } from "./workshop";

/** Decodes a master block by block. @throws MasterRejected */
export async function* masterBlocks(master: EncodedAudio, workshop: Workshop): AsyncGenerator<Pcm> {
  const decoded = decode(master, workshop);
  let frames = 0;
  for await (const block of reblock(decoded)) {
    const { channels, sampleRate } = block;
    checkShape(channels.length, sampleRate);
    frames += frameCount(block);
    if (frames > LIMITS.minFrames) checkFrames(frames, channels.length, sampleRate);
    workshop.signs.progress();
    yield block;
  }
  if (frames < LIMITS.minFrames) throw new MasterRejected("too_short", `It has ${frames} frames.`);
}

function decode(master: EncodedAudio, workshop: Workshop): AsyncGenerator<Pcm> {
  const { format } = master;
  if (format === "wav") return wavBlocks(master);
  if (format === "flac") return flacBlocks(master, master.id3Bytes);
  if (format === "vorbis") return vorbisBlocks(master);
  return ffmpegBlocks(format, master.path, workshop);
}
