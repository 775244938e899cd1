/** What a player must do so that its output shows what the session wants. */
import type { QueueItem, QueueState } from "../../queue/queue";
import type { Milliseconds } from "../../units";
import { clockEstimate } from "../clock-sync";
import { positionAt } from "../position";
import { ended, queueAt } from "../session-queue";
import type { SessionState, Stamp } from "../types";
import { type ConnectClient, maySound } from "./state";

/** What the player was last made to follow. */
export interface Followed {
  readonly incarnation: number;
  readonly epoch: number;
  readonly version: number;
  readonly cueVersion: number;
  readonly wantPlaying: boolean;
  readonly queue: QueueState | null;
}

export const NOT_FOLLOWED: Followed = {
  incarnation: 0,
  epoch: 0,
  version: 0,
  cueVersion: 0,
  wantPlaying: false,
  queue: null,
};

/** What is followed once the player was made silent: it may have its right again by then, and playing is news. */
export const silenced = (followed: Followed): Followed => ({ ...followed, wantPlaying: false });

/** What is followed by a player that did not get to where it was told to go: it is told anew. */
export const unreached = (followed: Followed): Followed => ({ ...followed, epoch: 0 });

/** What is followed once the player did something by the listener's hand. */
export const acted = (followed: Followed, wantsSound: boolean): Followed => ({
  ...followed,
  wantPlaying: wantsSound,
});

/**
 * What is followed by a player whose own music became the session's: it need not go anywhere. Null while this device has no
 * right to sound, or when the session does not hold the item that sounds.
 */
export function joined(client: ConnectClient, own: QueueState): Followed | null {
  const { session, stamp, heldEpoch } = client;
  if (!maySound(client) || session === null || stamp === null || heldEpoch !== stamp.epoch) return null;
  const isHeld = own.current !== null && queueAt(session.queue, own.current.uid) !== null;
  return isHeld ? followedOf(session, stamp) : null;
}

function followedOf({ cue, wantPlaying, queue }: SessionState, stamp: Stamp): Followed {
  const { incarnation, epoch, version } = stamp;
  return { incarnation, epoch, version, cueVersion: cue.version, wantPlaying, queue };
}

/** An order to the player. */
export type Follow =
  /** Nothing to do. */
  | { readonly type: "stay" }
  /** Take the queue over and go to a position of its current item. */
  | {
      readonly type: "go";
      readonly queue: QueueState;
      readonly positionMs: Milliseconds;
      readonly play: boolean;
    }
  /** Take the queue over without a jump, and play or pause; null leaves that as it is. */
  | { readonly type: "adapt"; readonly queue: QueueState | null; readonly play: boolean | null };

export interface FollowStep {
  readonly order: Follow;
  readonly followed: Followed;
}

/**
 * The order that leads from what was followed to what the session wants, for a player with the queue
 * `own`. Only changes of the session are followed: what the player did since by itself, such as going on to the
 * next item, stands. While this device has no right to sound, or its own commands are on their way, nothing is followed.
 */
export function follow(
  client: ConnectClient,
  followed: Followed,
  own: QueueState,
  nowMs: Milliseconds,
): FollowStep {
  const { session, stamp, pending, heldEpoch, diverged } = client;
  // A device that lost its right was made silent: when it has it again, playing is news.
  if (!maySound(client)) return { order: { type: "stay" }, followed: silenced(followed) };
  if (session === null || stamp === null || heldEpoch !== stamp.epoch)
    return { order: { type: "stay" }, followed };
  if (pending.some(({ local }) => local)) return { order: { type: "stay" }, followed };
  const next = followedOf(session, stamp);
  const { queue, cue, wantPlaying } = session;
  const sameEpoch = followed.epoch === stamp.epoch;
  // Carried out by the player itself, through a command of its own.
  const ownCue = cue.version === client.localCueVersion;
  if (!sameEpoch || (cue.version > followed.cueVersion && !ownCue))
    return {
      order: { type: "go", queue, positionMs: cuePosition(client, nowMs, sameEpoch), play: wantPlaying },
      followed: next,
    };
  if (diverged) {
    const positionMs = positionNow(client, nowMs) ?? cue.positionMs;
    return { order: { type: "go", queue, positionMs, play: wantPlaying }, followed: next };
  }
  const adapted = followed.queue === queue ? null : adaptedQueue(queue, followed.queue, own);
  const play = followed.wantPlaying === wantPlaying ? null : wantPlaying;
  if (adapted === null && play === null) return { order: { type: "stay" }, followed: next };
  return { order: { type: "adapt", queue: adapted, play }, followed: next };
}

/** A device that takes its own epoch up again goes where the session is; any other goes to the cue. */
function cuePosition(client: ConnectClient, nowMs: Milliseconds, sameEpoch: boolean): Milliseconds {
  const { cue, anchor } = client.session!;
  if (sameEpoch || anchor === null || !anchor.audible) return cue.positionMs;
  return positionNow(client, nowMs) ?? cue.positionMs;
}

function positionNow(client: ConnectClient, nowMs: Milliseconds): Milliseconds | null {
  const { anchor } = client.session!;
  const estimate = clockEstimate(client.clock);
  if (anchor === null || estimate === null) return null;
  return positionAt(anchor, nowMs * 1000 + estimate.offsetUs);
}

/** The session's queue at the item that sounds here; null when nothing of it changed. */
function adaptedQueue(queue: QueueState, before: QueueState | null, own: QueueState): QueueState | null {
  // What was added while the player came to its end, or what it has played unheard of, is next in both.
  const missed = own.current?.uid === queue.current?.uid && !sameItems(own.upNext, queue.upNext);
  if (before !== null && sameContent(queue, before) && !missed) return null;
  return atOwnItem(queue, own);
}

/** The session's queue for a player with the queue `own` that stays where it is. */
export function atOwnItem(queue: QueueState, own: QueueState): QueueState {
  // A player that has come to the end stays there until a cue.
  return own.current === null ? ended(queue) : (queueAt(queue, own.current.uid) ?? queue);
}

function sameItems(a: readonly QueueItem[], b: readonly QueueItem[]): boolean {
  return a.length === b.length && a.every(({ uid }, at) => uid === b[at]!.uid);
}

function sameContent(a: QueueState, b: QueueState): boolean {
  return (
    a.context === b.context &&
    a.order === b.order &&
    a.upNext === b.upNext &&
    a.shuffle === b.shuffle &&
    a.repeat === b.repeat
  );
}
