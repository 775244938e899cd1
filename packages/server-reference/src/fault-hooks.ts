/** What a module calls so that the sandbox's fault switches reach it. Outside a sandbox the hooks do nothing. */
import type { Milliseconds, SandboxArea } from "@segue/core";

/** A part of the server that faults are set on. */
export type FaultArea = SandboxArea;

/** Whose request, frame or write it is; null where that is not known. */
export interface FaultSubject {
  readonly userId: string | null;
  readonly deviceId: string | null;
}

/** The switches, as seen by a module that stores things or holds sockets. HTTP requests need no call. */
export interface FaultHooks {
  /**
   * To be called before a write for `subject`.
   * @throws SegueError `unavailable` while its storage is switched to full
   */
  storage(subject: FaultSubject, area: FaultArea): void;
  /** How long a frame from or to `subject`'s socket waits. */
  frameDelayMs(subject: FaultSubject): Milliseconds;
  /**
   * Watches an open socket: `drop` is called when a drop fault that covers `subject` is on or is turned on, and must
   * end the connection without a closing handshake.
   * @returns the function that ends the watch, to be called when the socket closes
   */
  watchSocket(subject: FaultSubject, drop: () => void): () => void;
}

/** The hooks of a server that is no sandbox. */
export const NO_FAULTS: FaultHooks = {
  storage: () => {},
  frameDelayMs: () => 0,
  watchSocket: () => () => {},
};
