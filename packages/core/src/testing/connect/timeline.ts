/** Virtual time: events in order of their time, and of their making when times are equal. */
import type { Microseconds } from "../../connect/types";

interface Entry {
  readonly atUs: Microseconds;
  readonly order: number;
  readonly run: () => void;
}

export interface Timeline {
  readonly nowUs: Microseconds;
  at(atUs: Microseconds, run: () => void): void;
  after(us: Microseconds, run: () => void): void;
  /** Runs everything up to `untilUs`, and `check` after each event. */
  run(untilUs: Microseconds, check: () => void): void;
  readonly events: number;
}

export function createTimeline(): Timeline {
  const heap: Entry[] = [];
  let nowUs = 0;
  let made = 0;
  let events = 0;
  const before = (a: Entry, b: Entry) => a.atUs < b.atUs || (a.atUs === b.atUs && a.order < b.order);

  function push(entry: Entry): void {
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (before(heap[parent]!, entry)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  function pop(): Entry {
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (before(last, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }

  const timeline: Timeline = {
    get nowUs() {
      return nowUs;
    },
    get events() {
      return events;
    },
    at: (atUs, run) => push({ atUs: Math.max(nowUs, Math.round(atUs)), order: made++, run }),
    after: (us, run) => timeline.at(nowUs + us, run),
    run(untilUs, check) {
      while (heap.length > 0 && heap[0]!.atUs <= untilUs) {
        const { atUs, run } = pop();
        nowUs = atUs;
        events += 1;
        run();
        check();
      }
      nowUs = untilUs;
    },
  };
  return timeline;
}
