/** The queue of a session: core's queue within the bounds of the wire. */
import { advance, goBack, type QueueItem, type QueueState, skipTo } from "../queue/queue";
import { MAX_SESSION_HISTORY } from "./limits";

/** `queue` with a history that travels. */
export function bounded(queue: QueueState): QueueState {
  return queue.history.length <= MAX_SESSION_HISTORY
    ? queue
    : { ...queue, history: queue.history.slice(-MAX_SESSION_HISTORY) };
}

/** The queue once the item `uid` sounds: advanced, gone back or skipped to it; null when it has no such item. */
export function queueAt(queue: QueueState, uid: string): QueueState | null {
  if (queue.current?.uid === uid) return queue;
  for (const moved of [advance(queue, true), goBack(queue), skipTo(queue, uid)])
    if (moved.current?.uid === uid) return bounded(moved);
  return null;
}

/** The queue once it has ended. */
export function ended(queue: QueueState): QueueState {
  if (queue.current === null) return queue;
  return bounded({ ...queue, current: null, history: [...queue.history, queue.current] });
}

/** The queue once all of it has ended, what was up next included. */
export function allEnded(queue: QueueState): QueueState {
  const { history, upNext } = ended(queue);
  return bounded({ ...queue, current: null, upNext: [], history: [...history, ...upNext] });
}

/** Play order as indexes into the context. */
export function orderIndexes(queue: QueueState): readonly number[] {
  const places = new Map(queue.context.map((item, index) => [item.uid, index]));
  return queue.order.map((uid) => places.get(uid) ?? 0);
}

/** Play order as uids; null when `order` is no permutation of the context. */
export function orderUids(context: readonly QueueItem[], order: readonly number[]): readonly string[] | null {
  if (order.length !== context.length || new Set(order).size !== order.length) return null;
  const uids: string[] = [];
  for (const index of order) {
    const item = context[index];
    if (item === undefined) return null;
    uids.push(item.uid);
  }
  return uids;
}
