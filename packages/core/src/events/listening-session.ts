import type { Frames, Hertz, Milliseconds } from "../units";
import { MAX_PLAY_MS, MAX_SEGMENT_MS, MAX_SEGMENTS, type Play } from "./play-event";

/** What an output says about the item that sounds. */
export interface AudibleReport {
  /** Position in the item, counted after trimming; absent when the item went on from where it was. */
  readonly frame?: Frames;
  /** Frames of the item that were audible since it was placed, over all jumps. Placing it again begins with a report of 0. */
  readonly framesPlayed: Frames;
  readonly monotonicMs: Milliseconds;
  readonly wallMs: Milliseconds;
  /** Linear, 0 to 1. */
  readonly volume: number;
}

/** A play that goes on: the fold of what was audible. Plain data. */
export interface ListeningSession {
  readonly sampleRateHz: Hertz;
  /** Audible frames of the play. */
  readonly heard: Frames;
  /** The output's counter at the last report. */
  readonly counter: Frames;
  readonly frame: Frames;
  readonly parts: readonly { readonly from: Frames; readonly to: Frames }[];
  readonly firstAtMs: Milliseconds;
  /** When a frame was last known to be audible. */
  readonly lastAtMs: Milliseconds;
  readonly lastWallMs: Milliseconds;
  readonly muted: boolean;
}

/** Positions in the item's rate are rounded from the output's, so that two parts may miss each other by this much. */
const SEAM_FRAMES = 2;

/** A play whose first frame has just become audible at `frame`. */
export function beginListening(
  sampleRateHz: Hertz,
  at: Required<Omit<AudibleReport, "framesPlayed">>,
): ListeningSession {
  return {
    sampleRateHz,
    heard: 0,
    counter: 0,
    frame: at.frame,
    parts: [],
    firstAtMs: at.monotonicMs,
    lastAtMs: at.monotonicMs,
    lastWallMs: at.wallMs,
    muted: at.volume === 0,
  };
}

/** The play after `report`. Only frames that the output played make it longer; a jump moves its position alone. */
export function hear(session: ListeningSession, report: AudibleReport): ListeningSession {
  const fresh = report.framesPlayed - session.counter;
  const frame = report.frame ?? session.frame + fresh;
  const moved = { ...session, counter: report.framesPlayed, frame };
  if (fresh <= 0) return moved;
  return {
    ...moved,
    heard: session.heard + fresh,
    parts: joined(session.parts, Math.max(0, frame - fresh), frame),
    lastAtMs: Math.max(session.lastAtMs, report.monotonicMs),
    lastWallMs: report.wallMs,
    muted: session.muted && report.volume === 0,
  };
}

function joined(parts: ListeningSession["parts"], from: Frames, to: Frames): ListeningSession["parts"] {
  const last = parts.at(-1);
  if (last && Math.abs(last.to - from) <= SEAM_FRAMES)
    return [...parts.slice(0, -1), { from: last.from, to }];
  return parts.length < MAX_SEGMENTS ? [...parts, { from, to }] : parts;
}

/** What a play's event says about what was heard. */
export type Heard = Pick<Play, "endedAtMs" | "msPlayed" | "elapsedMs" | "segments" | "muted">;

/** What was heard so far; null when nothing was. */
export function heardOf(session: ListeningSession): Heard | null {
  if (session.heard === 0) return null;
  // Multiplied first: whole milliseconds of sound must not come out a little short.
  const ms = (frames: Frames) => Math.floor((frames * 1000) / session.sampleRateHz);
  const place = (frames: Frames) => Math.min(MAX_SEGMENT_MS, ms(frames));
  const bounded = (value: Milliseconds) => Math.min(MAX_PLAY_MS, Math.max(0, Math.floor(value)));
  return {
    endedAtMs: Math.max(1, Math.floor(session.lastWallMs)),
    msPlayed: bounded(ms(session.heard)),
    elapsedMs: bounded(session.lastAtMs - session.firstAtMs),
    segments: session.parts.map(({ from, to }) => ({ startMs: place(from), endMs: place(to) })),
    muted: session.muted,
  };
}
