/** Where Connect sessions outlive a restart. Implementations: SQL, which passes `testing/connect-store-suite.ts`. */
import type { DurableSession, Milliseconds, StoredResult, UserId } from "@segue/core";

/** A session as it was saved last. */
export interface SavedSession {
  readonly durable: DurableSession;
  /** By device and command id, oldest first. */
  readonly results: ReadonlyMap<string, StoredResult>;
}

/** One commit. */
export interface SessionCommit {
  readonly userId: UserId;
  readonly durable: DurableSession;
  /** Results that the commit gave. */
  readonly results: readonly StoredResult[];
  /** What must be stored now: incarnation and version; null when nothing is. */
  readonly expected: { readonly incarnation: number; readonly version: number } | null;
  readonly nowMs: Milliseconds;
  /** Results from before may go. */
  readonly forgetBeforeMs: Milliseconds;
}

/** Another writer has changed the session: what is in memory is not to be shown to anybody. */
export class SessionTaken extends Error {
  override readonly name = "SessionTaken";
}

export interface ConnectStore {
  /** The session; null when it was never saved. @throws Error when what is stored cannot be read */
  load(sessionId: string): Promise<SavedSession | null>;
  /** Makes state and results durable together, or nothing of them. @throws SessionTaken */
  save(commit: SessionCommit): Promise<void>;
}
