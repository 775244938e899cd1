/** Bounds on what a master may be. Everything outside ends in a per-file reason. */
export const LIMITS = {
  /** Bytes of a master file. */
  fileBytes: 1024 * 1024 * 1024,
  /** Seconds of audio. */
  durationSeconds: 2 * 60 * 60,
  minFrames: 64,
  channels: 8,
  minSampleRateHz: 8_000,
  maxSampleRateHz: 192_000,
  /** Samples of all channels together: what decoding may cost. */
  decodedSamples: 4 * 48_000 * 2 * 60 * 60,
  /** Bytes of a cover picture. */
  coverBytes: 8 * 1024 * 1024,
  /** Pixels of a cover's longer side, and of the whole. */
  coverSide: 10_000,
  coverPixels: 50_000_000,
  /** Bytes of a leading ID3 tag. */
  tagBytes: 32 * 1024 * 1024,
  /** Milliseconds that a master may take without a sign of progress. */
  stallMs: 5 * 60_000,
  /** Milliseconds of processor time that one run of ffmpeg may take. */
  ffmpegMs: 10 * 60_000,
  /** Folder levels below the given one, and files below it. */
  folderDepth: 16,
  files: 100_000,
  /** Characters of a title or name. */
  textLength: 300,
} as const;
