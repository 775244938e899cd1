/** The subject that `--server` names. */
import { openReferenceSubject } from "./reference-subject";
import { CannotRun, openRemote, readCredentials } from "./remote";
import type { Subject } from "./subject";

/** A subject, and what ends it. */
export interface OpenSubject {
  readonly subject: Subject;
  close(): Promise<void>;
}

/** @throws CannotRun */
export async function openSubject(
  server: string | null,
  credentials: string | null,
  signal: AbortSignal,
): Promise<OpenSubject> {
  if (server === null) throw new CannotRun("--server is missing: an address, or reference.");
  if (server === "reference") return openReferenceSubject(signal);
  const given = credentials === null ? null : readCredentials(credentials);
  return { subject: await openRemote(server, given), close: async () => {} };
}
