/** Turns the bytes of one rendition into sound. Implementations: Vorbis by wasm (everywhere), AAC by WebCodecs (browsers). */
import type { Bytes, Frames } from "@segue/core";

/** Bytes that can be read at any place: a rendition, decrypted. */
export interface RandomReader {
  readonly size: Bytes;
  /** Up to `length` bytes from `offset` on; fewer only at the end. */
  read(offset: Bytes, length: Bytes): Promise<Uint8Array>;
}

/** Decoded audio, one array per channel, all of `frames` samples. */
export interface DecodedBlock {
  readonly channels: readonly Float32Array[];
  readonly frames: Frames;
}

/** Decodes one rendition. Frames count from the decoder's first one, before any trimming. */
export interface TrackDecoder {
  /** Continues at frame `frame`; the samples equal those of a decode from the start. Called before the first `next`. */
  seek(frame: Frames): Promise<void>;
  /** The next block, never empty; null at the end. @throws SegueError `decode_failed`, or what the reader threw */
  next(): Promise<DecodedBlock | null>;
  /** Frees the decoder. Idempotent. */
  close(): void;
}
