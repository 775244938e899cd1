/** A known break of a server, made in front of it or in its stores; production code carries none. */
import type { StoreChange } from "@segue/server-reference";

/** A request on its way to the server; a mutant may change it. */
export interface MutableRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Record<string, string>;
  body: Buffer;
}

/** An answer on its way back; a mutant may change it. */
export interface MutableAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** A frame of a WebSocket connection in JSON, after parsing. */
export type Frame = Record<string, unknown>;

/** Changes what passes between a client and the server. */
export interface Tamper {
  /** Sees each request first; an answer that it gives is sent instead of asking the server. */
  readonly before?: (request: MutableRequest) => MutableAnswer | undefined;
  /** Sees each answer. */
  readonly after?: (request: MutableRequest, answer: MutableAnswer) => void;
  /** Sees each Connect frame of the server on one connection; gives what is sent instead. */
  readonly frame?: (frame: Frame, connection: object) => readonly Frame[];
  /** Whether a client hears nothing of a close with this code. */
  readonly deaf?: (code: number) => boolean;
  /** Sees each Connect frame of a client; gives what the server receives instead. */
  readonly sent?: (frame: Frame, connection: object) => readonly Frame[];
}

/** One break, and the requirement that it breaks. */
export interface Mutant {
  readonly id: string;
  /** What the broken server does. */
  readonly title: string;
  readonly requirement: string;
  /** The checks that are there to find it. */
  readonly checks: readonly string[];
  /** A fresh one for each server, so that mutants keep no state. */
  readonly tamper?: () => Tamper;
  /** Replaces stores of the server. */
  readonly replace?: StoreChange;
}

/** The JSON body of `message`; null when it has none. */
// biome-ignore lint/suspicious/noExplicitAny: mutants reach into answers whose shape they know
export function jsonOf(message: { readonly body: Buffer }): any {
  try {
    return JSON.parse(message.body.toString("utf8"));
  } catch {
    return null;
  }
}

/** Replaces the JSON body of `message`. */
export function setJson(message: { body: Buffer }, value: unknown): void {
  message.body = Buffer.from(JSON.stringify(value));
}
