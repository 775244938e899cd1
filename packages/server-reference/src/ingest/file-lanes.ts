import { MasterRejected } from "../production/read/master-rejected";
import type { IngestProgress } from "./environment";
import type { Candidate } from "./scan";

export interface FileLanes {
  /** How many files are worked on at a time. */
  readonly lanes: number;
  readonly signal: AbortSignal;
  readonly step: IngestProgress["step"];
  readonly onProgress: (progress: IngestProgress) => void;
  /** A file that `work` refused; the others go on. */
  readonly onRejected: (file: Candidate, error: MasterRejected) => Promise<void> | void;
}

/** Does `work` on each file, several at a time, until `signal` ends it. Anything but a refusal ends it too, by rejecting. */
export async function workThrough(
  files: readonly Candidate[],
  { lanes, signal, step, onProgress, onRejected }: FileLanes,
  work: (file: Candidate) => Promise<void>,
): Promise<void> {
  const totalBytes = files.reduce((sum, file) => sum + file.byteLength, 0);
  let done = 0;
  let doneBytes = 0;
  const waiting = files.values();
  const lane = async () => {
    for (const file of waiting) {
      if (signal.aborted) return;
      try {
        await work(file);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof MasterRejected)) throw error;
        await onRejected(file, error);
      }
      doneBytes += file.byteLength;
      onProgress({ step, done: ++done, total: files.length, doneBytes, totalBytes, path: file.path });
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
