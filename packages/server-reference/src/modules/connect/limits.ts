/** Numbers of docs/spec/connect.md, "Transport" and "Limits", that only a server needs. */
import type { BucketRate } from "@segue/core";

/** Longest time until the first frame. */
export const HELLO_MS = 15_000;
/** A connection on which nothing came for this long is given up. */
export const SILENT_MS = 20_000;
export const PING_EVERY_MS = 10_000;
/** What may wait to be sent on one connection, in bytes. */
export const MAX_BUFFERED_BYTES = 1_048_576;
export const COMMAND_RATE: BucketRate = { perSecond: 10, burst: 20 };
export const FRAME_RATE: BucketRate = { perSecond: 50, burst: 100 };
/** Dropped frames after which a connection ends. */
export const MAX_DROPPED_FRAMES = 200;
/** Frames of one connection that wait for work that is slow. */
export const MAX_INBOX = 256;
/** `AuthRequired` is sent this long before the token ends. */
export const AUTH_REQUIRED_MS = 60_000;
/** Writing has ended for this long when the connection is closed. */
export const AUTH_GRACE_MS = 25_000;
/** How often a token and a device are looked up again. */
export const RECHECK_MS = 15_000;
/** Connections of this process, and of one address that have not said hello yet. */
export const MAX_CONNECTIONS = 20_000;
export const MAX_GREETING_PER_ADDRESS = 64;
/** How long a closing handshake may take. */
export const CLOSE_MS = 2_000;

/** Close codes. */
export const CLOSE = {
  goingAway: 3000,
  slow: 3001,
  silent: 3002,
  tokenExpired: 3003,
  failed: 3004,
  tooManyFrames: 3005,
  noHello: 3006,
  malformed: 3500,
  notAllowed: 3501,
  deviceUnknown: 3504,
} as const;
