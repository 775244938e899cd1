/** Numbers of docs/spec/connect.md. */
import type { Bytes, Milliseconds } from "../units";

/** Length of a lease from the moment its renewal was sent. */
export const LEASE_MS: Milliseconds = 15_000;
/** What a server adds to a lease for clocks that run apart and for an output that fades out. */
export const LEASE_MARGIN_MS: Milliseconds = 250;
/** Longest time from a grant to the first audible sample. */
export const AUDIBLE_DEADLINE_MS: Milliseconds = 8_000;
/** How long a device may take to carry a command out, unless it says otherwise. */
export const COMMAND_DEADLINE_MS: Milliseconds = 5_000;
/** How long a transfer may take, unless it says otherwise: a lease, the audible deadline and some slack. */
export const TRANSFER_DEADLINE_MS: Milliseconds = 30_000;
/** How often a device sends a beat: without the right to sound, and with it. */
export const HEARTBEAT_MS: Milliseconds = 25_000;
export const PLAYING_HEARTBEAT_MS: Milliseconds = 5_000;
/** How long results of commands are kept at least. */
export const RESULTS_KEPT_MS: Milliseconds = 10 * 60_000;
/** Results of one session that are kept at most; ten devices at their limit reach 60,000 in 10 minutes. */
export const MAX_RESULTS = 60_000;
/** Deltas of one session that are kept for devices that come back, and the largest gap that is replayed. */
export const LOG_LENGTH = 256;
export const REPLAY_LIMIT = 32;
/** How long a device that may still sound is listed after it went. */
export const DETACHED_KEPT_MS: Milliseconds = 24 * 60 * 60_000;

/** Largest frame that a server reads. */
export const MAX_CLIENT_FRAME_BYTES: Bytes = 65_536;
/** Largest frame that a client reads. */
export const MAX_SERVER_FRAME_BYTES: Bytes = 1_048_576;
/** Deepest nesting of a JSON frame. */
export const MAX_FRAME_DEPTH = 16;

export const MAX_SESSION_CONTEXT = 1_000;
export const MAX_SESSION_UP_NEXT = 200;
export const MAX_SESSION_HISTORY = 50;
/** Items that one command adds at most. */
export const MAX_ADDED_ITEMS = 100;
/** Commands without a result that a resuming client may name. */
export const MAX_PENDING_COMMANDS = 64;
export const MAX_UID_LENGTH = 64;
export const MAX_DEVICE_NAME = 100;
export const MAX_CONTEXT_TITLE = 300;
export const MAX_TOKEN_LENGTH = 8_192;
/** Epochs and incarnations above this are not believed. */
export const MAX_RISING = 2 ** 52;
