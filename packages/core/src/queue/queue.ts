import type { TrackId } from "../ids";
import type { Milliseconds } from "../units";
import { shuffledOrder } from "./shuffle";

/** A track in the queue. */
export interface QueueItem {
  /** Unique per occurrence in the queue. */
  readonly uid: string;
  readonly trackId: TrackId;
  readonly source: "context" | "up_next";
}

export type RepeatMode = "off" | "context" | "track";

/** What plays, what follows, what was. Plain data. */
export interface QueueState {
  /** Items of the context in their own order. */
  readonly context: readonly QueueItem[];
  /** Uids of the context in play order: a permutation of `context`. */
  readonly order: readonly string[];
  /** Place in `order` of the context item that plays or played last; -1 before the first. */
  readonly index: number;
  readonly current: QueueItem | null;
  readonly upNext: readonly QueueItem[];
  /** What was played, newest last, at most 100 items. */
  readonly history: readonly QueueItem[];
  readonly shuffle: boolean;
  readonly repeat: RepeatMode;
}

export const EMPTY_QUEUE: QueueState = {
  context: [],
  order: [],
  index: -1,
  current: null,
  upNext: [],
  history: [],
  shuffle: false,
  repeat: "off",
};

const HISTORY_LIMIT = 100;
/** Within this much of a track, "previous" leads to the track before it; later, to its own start. */
export const RESTART_AFTER_MS: Milliseconds = 3_000;

/** Every item of `queue`: what plays, what follows, what was. */
export const itemsOf = ({ context, upNext, history, current }: QueueState): readonly QueueItem[] => [
  ...context,
  ...upNext,
  ...history,
  ...(current ? [current] : []),
];

/** An edit that a listener makes. */
export type QueueEdit =
  | { readonly type: "add"; readonly items: readonly QueueItem[] }
  | { readonly type: "add_first"; readonly items: readonly QueueItem[] }
  | { readonly type: "remove"; readonly uid: string }
  | { readonly type: "move"; readonly uid: string; readonly beforeUid: string | null }
  | { readonly type: "clear" }
  | { readonly type: "shuffle"; readonly on: boolean; readonly seed: number }
  | { readonly type: "repeat"; readonly mode: RepeatMode };

const remember = (state: QueueState): readonly QueueItem[] =>
  state.current === null ? state.history : [...state.history, state.current].slice(-HISTORY_LIMIT);

const contextItem = (state: QueueState, place: number): QueueItem | null =>
  state.context.find((item) => item.uid === state.order[place]) ?? null;

/** Replaces the context and makes its item at `startIndex` current; up next stays. */
export function loadContext(
  state: QueueState,
  items: readonly QueueItem[],
  startIndex: number,
  shuffle: boolean,
  seed: number,
): QueueState {
  const first = items[Math.min(Math.max(0, Math.trunc(startIndex) || 0), items.length - 1)] ?? null;
  const uids = items.map((item) => item.uid);
  const order = shuffle ? shuffledOrder(uids, seed, first?.uid ?? null) : uids;
  return {
    ...state,
    context: items,
    order,
    index: first === null ? -1 : order.indexOf(first.uid),
    current: first,
    history: remember(state),
    shuffle,
  };
}

/** The item that follows, and where it comes from; null at the end. `auto` honors repeat-track. */
function following(
  state: QueueState,
  auto: boolean,
): { readonly item: QueueItem; readonly index: number; readonly upNext: readonly QueueItem[] } | null {
  if (auto && state.repeat === "track" && state.current !== null)
    return { item: state.current, index: state.index, upNext: state.upNext };
  const queued = state.upNext[0];
  if (queued !== undefined) return { item: queued, index: state.index, upNext: state.upNext.slice(1) };
  let place = state.index + 1;
  if (place >= state.order.length) {
    if (state.repeat === "off" || state.order.length === 0) return null;
    place = 0;
  }
  const item = contextItem(state, place);
  return item === null ? null : { item, index: place, upNext: state.upNext };
}

/** The queue after its current item: `auto` when the item ended by itself. At the end `current` becomes null. */
export function advance(state: QueueState, auto: boolean): QueueState {
  const next = following(state, auto);
  if (next === null) return { ...state, current: null, history: remember(state) };
  const history = next.item === state.current ? state.history : remember(state);
  return { ...state, current: next.item, index: next.index, upNext: next.upNext, history };
}

/** The queue with the item before the current one current again; unchanged when there is none. */
export function goBack(state: QueueState): QueueState {
  const previous = state.history.at(-1);
  if (previous === undefined) return state;
  const back = state.current?.source === "up_next" ? [state.current, ...state.upNext] : state.upNext;
  const place = state.order.indexOf(previous.uid);
  return {
    ...state,
    current: previous,
    index: place >= 0 ? place : state.index,
    upNext: back.filter((item) => item.uid !== previous.uid),
    history: state.history.slice(0, -1),
  };
}

/** The queue with something current: what was, else what follows, else the context from its beginning. */
export function resumeQueue(state: QueueState): QueueState {
  if (state.current !== null) return state;
  const next = advance(state, false);
  const first = state.order[0];
  return next.current !== null || first === undefined ? next : skipTo(state, first);
}

/** Makes the item with `uid` current: an up-next item drops those before it. Unchanged for an unknown uid. */
export function skipTo(state: QueueState, uid: string): QueueState {
  const queued = state.upNext.findIndex((item) => item.uid === uid);
  if (queued >= 0)
    return {
      ...state,
      current: state.upNext[queued]!,
      upNext: state.upNext.slice(queued + 1),
      history: remember(state),
    };
  const place = state.order.indexOf(uid);
  const item = contextItem(state, place);
  if (item === null) return state;
  return { ...state, current: item, index: place, history: remember(state) };
}

/** Up to `count` items that will follow by themselves, in order. */
export function upcoming(state: QueueState, count: number): readonly QueueItem[] {
  const items: QueueItem[] = [];
  let cursor = state;
  while (items.length < count) {
    const next = following(cursor, true);
    if (next === null) break;
    items.push(next.item);
    cursor = { ...cursor, current: next.item, index: next.index, upNext: next.upNext };
  }
  return items;
}

/** Items of the context that follow the current place, in play order, without wrapping. */
export function contextNext(state: QueueState): readonly QueueItem[] {
  const byUid = new Map(state.context.map((item) => [item.uid, item]));
  return state.order.slice(state.index + 1).flatMap((uid) => byUid.get(uid) ?? []);
}

/** Whether `next` leads anywhere. */
export const hasNext = (state: QueueState): boolean => following(state, false) !== null;

/** The queue after a listener's edit. Uids that are unknown, or already present where they are added, change nothing. */
export function editQueue(state: QueueState, edit: QueueEdit): QueueState {
  switch (edit.type) {
    case "add":
      return { ...state, upNext: [...state.upNext, ...fresh(state, edit.items)] };
    case "add_first":
      return { ...state, upNext: [...fresh(state, edit.items), ...state.upNext] };
    case "remove":
      return remove(state, edit.uid);
    case "move":
      return move(state, edit.uid, edit.beforeUid);
    case "clear":
      return { ...state, upNext: [] };
    case "shuffle":
      return setShuffle(state, edit.on, edit.seed);
    case "repeat":
      return { ...state, repeat: edit.mode };
  }
}

function fresh(state: QueueState, items: readonly QueueItem[]): readonly QueueItem[] {
  const taken = new Set([...state.order, ...state.upNext.map((item) => item.uid), state.current?.uid]);
  return items.filter((item) => !taken.has(item.uid) && taken.add(item.uid));
}

function remove(state: QueueState, uid: string): QueueState {
  const place = state.order.indexOf(uid);
  const upNext = state.upNext.filter((item) => item.uid !== uid);
  // The context's current item stays: removing what sounds is a skip, which is another wish.
  if (place < 0 || place === state.index) return { ...state, upNext };
  return {
    ...state,
    upNext,
    context: state.context.filter((item) => item.uid !== uid),
    order: state.order.filter((each) => each !== uid),
    index: place < state.index ? state.index - 1 : state.index,
  };
}

function move(state: QueueState, uid: string, beforeUid: string | null): QueueState {
  const moved = state.upNext.find((item) => item.uid === uid);
  if (moved === undefined || uid === beforeUid) return state;
  const rest = state.upNext.filter((item) => item.uid !== uid);
  const at = beforeUid === null ? rest.length : rest.findIndex((item) => item.uid === beforeUid);
  if (at < 0) return state;
  return { ...state, upNext: [...rest.slice(0, at), moved, ...rest.slice(at)] };
}

function setShuffle(state: QueueState, on: boolean, seed: number): QueueState {
  // Who turns on what is on does not ask for another order: a session would not have it.
  if (on === state.shuffle) return state;
  const uids = state.context.map((item) => item.uid);
  const at = state.order[state.index] ?? null;
  const order = on ? shuffledOrder(uids, seed, at) : uids;
  return { ...state, shuffle: on, order, index: at === null ? -1 : order.indexOf(at) };
}
