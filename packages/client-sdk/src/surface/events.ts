/** Reports of what was heard. */
import type { ErrorCode, Milliseconds, Play, ReceiptStatus } from "@segue/core";

/** What became of a play that was reported. */
export interface PlayReport {
  readonly play: Play;
  readonly status: Exclude<ReceiptStatus, "retry">;
  /** Why; empty when there is nothing to say. */
  readonly reason: string;
  /** Whether the server counted it as a stream. */
  readonly counted: boolean;
}

export interface EventsEvents {
  /** The server said what became of a play. */
  report: [report: PlayReport];
  /** The server counted a play as a stream; it is part of the public counts. */
  counted: [report: PlayReport];
  /** How many plays wait to be reported. */
  pending: [count: number];
}

/** Reports of what was heard. They are recorded, kept and sent by themselves, also after a crash and after days offline. */
export interface Events {
  /** Plays of the listener that wait to be reported. */
  readonly pending: number;
  on<E extends keyof EventsEvents>(event: E, listener: (...args: EventsEvents[E]) => void): () => void;
  /** Sends what waits now. Resolves when nothing waits, or an attempt has failed. */
  flush(): Promise<void>;
}

export interface EventsSnapshot {
  /** `held`: nobody is signed in, or the server refused the listener. */
  readonly phase: "held" | "idle" | "waiting" | "sending";
  readonly pending: number;
  /** Failed attempts in a row. */
  readonly attempt: number;
  readonly error: ErrorCode | null;
  /** The play that goes on. */
  readonly open: { readonly trackId: string; readonly msPlayed: Milliseconds } | null;
}
