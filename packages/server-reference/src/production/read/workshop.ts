/** A program that decodes what we do not, and encodes AAC. Plain data: it goes to workers with their jobs. */
export interface Ffmpeg {
  /** What starts it. */
  readonly command: string;
}

/** Signs of life, for whoever waits for the work. */
export interface Signs {
  /** The work goes on. Cheap enough to say for every block. */
  progress(): void;
  /** A child process runs, or ended. It is to end with the work. */
  child(pid: number, running: boolean): void;
}

/** Nobody waits. */
export const NO_SIGNS: Signs = { progress() {}, child() {} };

/** What a track is made with. */
export interface Workshop {
  /** Where unfinished work lies; whoever owns the folder sweeps it after a crash. */
  readonly folder: string;
  /** Null: only WAV, FLAC and Ogg Vorbis can be read, and no AAC is made. */
  readonly ffmpeg: Ffmpeg | null;
  readonly signs: Signs;
}
