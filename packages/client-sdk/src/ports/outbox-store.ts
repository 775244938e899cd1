/** Plays that wait to be reported, of every listener of this installation. Implementations: IndexedDB, a journal file, memory. */
import type { OutboxStats, Play } from "@segue/core";

/** A play in the outbox, with its place in its listener's stream of events. */
export interface StoredPlay {
  readonly seq: number;
  readonly play: Play;
}

/** Every change is durable once its promise resolves. @throws SegueError `unavailable` when the storage fails */
export interface OutboxStore {
  /** Keeps what is known of a play that goes on; replaces what was kept of it before. */
  journal(userId: string, play: Play): Promise<void>;
  /** Puts a play that ended into the outbox and forgets its journal, in one step. Returns its sequence number. */
  commit(userId: string, play: Play): Promise<number>;
  /** Commits the journalled plays of programs that are gone. Returns how many. */
  adoptOrphans(): Promise<number>;
  /** The oldest plays of a listener. */
  list(userId: string, limit: number): Promise<readonly StoredPlay[]>;
  count(userId: string): Promise<number>;
  /** Forgets plays whose receipt is final. */
  settle(userId: string, seqs: readonly number[]): Promise<void>;
  /** Forgets plays and counts them as lost, in one step. */
  drop(userId: string, seqs: readonly number[], reason: string): Promise<void>;
  /** The listener's stream of events; begun when there is none. */
  stats(userId: string): Promise<OutboxStats>;
  /** Runs `task` while no other program of this installation runs one. */
  exclusive<T>(task: () => Promise<T>): Promise<T>;
  /** Calls `listener` after another program changed the outbox. Returns a function that stops it. */
  onChange(listener: () => void): () => void;
  /** Ends this program's ownership of its open plays. */
  close(): Promise<void>;
}
