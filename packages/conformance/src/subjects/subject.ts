/** The server under test, as the checks see it. */
import type { Facts } from "./facts";

/** What a listener is to be. */
export interface Wishes {
  readonly plan?: "free" | "premium";
  readonly market?: string;
  readonly explicitFilter?: boolean;
}

/** A listener with tokens. */
export interface Listener {
  readonly id: string;
  readonly name: string;
  readonly plan: "free" | "premium";
  readonly market: string;
  readonly explicitFilter: boolean;
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly clientId: string | null;
  /** Whether no other execution uses it. */
  readonly fresh: boolean;
  readonly remove?: () => Promise<unknown>;
}

/** Moves the server's clock; a sandbox has it. */
export interface Clock {
  /** Server time, milliseconds since the Unix epoch. */
  now(): Promise<number>;
  /** Sets the time and stops the clock there. */
  stopAt(nowMs: number): Promise<void>;
  advance(ms: number): Promise<void>;
  reset(): Promise<void>;
}

/** A server under test. */
export interface Subject {
  /** Origin, without a slash at the end. */
  readonly url: string;
  readonly facts: Facts;
  /** Null when the server is no sandbox. */
  readonly clock: Clock | null;
  /** @throws NotTestable when there is no such listener */
  listener(wishes: Wishes, signal: AbortSignal): Promise<Listener>;
  /** Switches a fault of the sandbox on for a listener; null when the server is no sandbox. */
  readonly fault: ((rule: Readonly<Record<string, unknown>>) => Promise<void>) | null;
  /** Whether the server still answers. */
  alive(): Promise<boolean>;
}
