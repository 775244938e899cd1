/** What a run of ingest is given, and what it says while it goes and at its end. */
import type { Db } from "../adapters/sql/tables";
import type { RejectReason } from "../production/read/master-rejected";
import type { Ffmpeg } from "../production/read/workshop";
import type { Collected } from "./collect-garbage";

/** What ingest needs. The caller holds the data directory's lock. */
export interface IngestEnvironment {
  readonly db: Db;
  readonly dataDir: string;
  readonly secret: Uint8Array;
  /** Without it only WAV, FLAC and Ogg Vorbis are read, and no AAC is made. */
  readonly ffmpeg: Ffmpeg | null;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: IngestProgress) => void;
  /** Remove tracks whose file is gone. */
  readonly prune?: boolean;
  /** Milliseconds that one file may take without a sign of progress. */
  readonly stallMs?: number;
}

export interface IngestProgress {
  readonly step: "looking" | "producing";
  readonly done: number;
  readonly total: number;
  /** Bytes of masters, for an estimate of the time left. */
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly path: string;
}

/** A file that was not ingested. */
export interface RejectedFile {
  readonly path: string;
  readonly reason: RejectReason;
  readonly detail: string | undefined;
}

/** How many files and tracks met which end. */
export interface IngestCounts {
  /** Files that became new tracks. */
  readonly ingested: number;
  /** Files whose track got new audio. */
  readonly replaced: number;
  /** Files that were found under another path, with their track. */
  readonly moved: number;
  /** Tracks that got newer estimates or further renditions. */
  readonly updated: number;
  /** Files that an earlier run has ingested. */
  readonly unchanged: number;
  /** Of the ingested and replaced, those whose format is lossy. */
  readonly lossy: number;
  /** Tracks that were removed because their file is gone. */
  readonly pruned: number;
}

export interface IngestSummary extends IngestCounts {
  readonly rejected: readonly RejectedFile[];
  /** Files that are gone; their tracks stay unless they were pruned. */
  readonly missing: readonly string[];
  readonly collected: Collected;
  readonly cancelled: boolean;
}
