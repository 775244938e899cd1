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
  /** Samples of all channels together: what decoding may occupy in memory (4 bytes each). */
  decodedSamples: 2 * 48_000 * 60 * 60,
  /** Bytes of a cover picture. */
  coverBytes: 8 * 1024 * 1024,
  /** Milliseconds that one master may take from reading to the last rendition. */
  masterMs: 15 * 60_000,
  /** Milliseconds that one run of ffmpeg may take. */
  ffmpegMs: 5 * 60_000,
  /** Folder levels below the given one, and files below it. */
  folderDepth: 16,
  files: 100_000,
  /** Characters of a title or name. */
  textLength: 300,
} as const;
