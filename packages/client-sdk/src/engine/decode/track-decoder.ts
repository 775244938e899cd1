import type { Frames } from "@segue/core";

/** Decoded audio, one array per channel, all of `frames` samples. */
export interface DecodedBlock {
  readonly channels: readonly Float32Array[];
  readonly frames: Frames;
}

/** Decodes one rendition. Frames count from the decoder's first one, before any trimming. */
export interface TrackDecoder {
  /** Continues at frame `frame`; the samples equal those of a decode from the start. */
  seek(frame: Frames): Promise<void>;
  /** The next block, never empty; null at the end. @throws SegueError `decode_failed` */
  next(): Promise<DecodedBlock | null>;
  close(): void;
}
