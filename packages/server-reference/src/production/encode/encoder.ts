import type { Pcm } from "../read/pcm";
import type { SpooledBytes } from "./spool";

/** What a player must know to give back the source's frames. */
export interface Encoded {
  readonly sampleRateHz: number;
  readonly channels: 1 | 2;
  /** Frames that the decoder gives before the first of the track. */
  readonly trimStartFrames: number;
  /** Frames that the decoder gives after the last of the track. */
  readonly trimEndFrames: number;
  /** Frames of the track. */
  readonly totalFrames: number;
}

/** A file in a codec's container, waiting to be sealed. */
export interface EncodedSpool extends Encoded {
  readonly bytes: SpooledBytes;
}

/** Encodes a track that comes in blocks, all of one shape. */
export interface Encoder {
  write(block: Pcm): Promise<void>;
  /** @throws MasterRejected `failed` when the decoded frames are not the encoded ones. */
  finish(): Promise<EncodedSpool>;
  /** Removes what was made. */
  abandon(): Promise<void>;
}
