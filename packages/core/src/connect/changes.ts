/** What changed between two states of a session, and a state with changes applied. */
import { EMPTY_QUEUE, type QueueState } from "../queue/queue";
import { orderIndexes, orderUids } from "./session-queue";
import type { SessionChanges, SessionState } from "./types";

export const EMPTY_SESSION: SessionState = {
  activeDeviceId: null,
  wantPlaying: false,
  context: null,
  queue: EMPTY_QUEUE,
  cue: { version: 0, itemUid: "", positionMs: 0 },
  anchor: null,
  buffering: false,
  errorCode: null,
  devices: [],
  transfer: null,
};

const PLAIN = [
  "activeDeviceId",
  "wantPlaying",
  "context",
  "cue",
  "anchor",
  "buffering",
  "errorCode",
  "devices",
  "transfer",
] as const;

/** The fields of `after` that are not those of `before`, compared by identity; null when there are none. */
export function changesBetween(before: SessionState, after: SessionState): SessionChanges | null {
  if (before === after) return null;
  const changes: Record<string, unknown> = {};
  for (const field of PLAIN) if (before[field] !== after[field]) changes[field] = after[field];
  if (before.queue !== after.queue) Object.assign(changes, queueChanges(before.queue, after.queue));
  return Object.keys(changes).length === 0 ? null : (changes as SessionChanges);
}

function queueChanges(before: QueueState, after: QueueState): SessionChanges {
  return {
    ...(before.context !== after.context && { contextItems: after.context }),
    ...((before.order !== after.order || before.context !== after.context) && {
      order: orderIndexes(after),
    }),
    ...(before.index !== after.index && { orderIndex: after.index }),
    ...(before.current !== after.current && { current: after.current }),
    ...(before.upNext !== after.upNext && { upNext: after.upNext }),
    ...(before.history !== after.history && { history: after.history }),
    ...(before.shuffle !== after.shuffle && { shuffle: after.shuffle }),
    ...(before.repeat !== after.repeat && { repeat: after.repeat }),
  };
}

/** Every field of `state` as a change. */
export function allOf(state: SessionState): Required<SessionChanges> {
  const { queue, ...plain } = state;
  return {
    ...plain,
    contextItems: queue.context,
    order: orderIndexes(queue),
    orderIndex: queue.index,
    current: queue.current,
    upNext: queue.upNext,
    history: queue.history,
    shuffle: queue.shuffle,
    repeat: queue.repeat,
  };
}

/** `state` with `changes`; null when they do not fit it. */
export function applyChanges(state: SessionState, changes: SessionChanges): SessionState | null {
  const { contextItems, order, orderIndex, current, upNext, history, shuffle, repeat, ...plain } = changes;
  const context = contextItems ?? state.queue.context;
  const uids = order ? orderUids(context, order) : state.queue.order;
  if (uids === null || uids.length !== context.length) return null;
  const queue: QueueState = {
    context,
    order: uids,
    index: orderIndex ?? state.queue.index,
    current: current === undefined ? state.queue.current : current,
    upNext: upNext ?? state.queue.upNext,
    history: history ?? state.queue.history,
    shuffle: shuffle ?? state.queue.shuffle,
    repeat: repeat ?? state.queue.repeat,
  };
  if (queue.index < -1 || queue.index >= queue.order.length) return null;
  const moved = Object.keys(changes).length > Object.keys(plain).length;
  return { ...state, ...plain, queue: moved ? queue : state.queue };
}
