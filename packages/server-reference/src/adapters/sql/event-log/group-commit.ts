/** One durable commit for all that waits for one: its price, a flush of the disk, is shared. */
import { SegueError } from "@segue/core";

/** Most items that wait; beyond it callers are asked to come back. */
const MAX_WAITING = 10_000;
/** Most items of one commit, so that none takes long. */
const MAX_GROUP = 2_000;
const COME_BACK_MS = 1_000;

interface Waiting<T, R> {
  readonly value: T;
  readonly weight: number;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** Commits values in groups, one group at a time. */
export interface GroupCommit<T, R> {
  /** Resolves after the group with `value` was committed. @throws SegueError `unavailable` when too much waits */
  add(value: T, weight: number): Promise<R>;
  /** Resolves once nothing waits. */
  flush(): Promise<void>;
}

/** @param commit Applies all of `values` in one transaction, or none and throws */
export function createGroupCommit<T, R>(
  commit: (values: readonly T[]) => Promise<readonly R[]>,
): GroupCommit<T, R> {
  let waiting: Waiting<T, R>[] = [];
  let weight = 0;
  let running: Promise<void> | null = null;

  function take(): Waiting<T, R>[] {
    let taken = 0;
    let count = 0;
    while (count < waiting.length && (count === 0 || taken + waiting[count]!.weight <= MAX_GROUP))
      taken += waiting[count++]!.weight;
    const group = waiting.slice(0, count);
    waiting = waiting.slice(count);
    weight -= taken;
    return group;
  }

  async function run(group: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await commit(group.map((each) => each.value));
      group.forEach((each, i) => void each.resolve(results[i]!));
    } catch (error) {
      // One value that cannot be committed must not take the others with it.
      if (group.length === 1 || SegueError.is(error)) for (const each of group) each.reject(error);
      else for (const each of group) await run([each]);
    }
  }

  async function runAll(): Promise<void> {
    // What comes in the same turn shares the commit.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) await run(take());
    running = null;
  }

  return {
    add(value, size) {
      if (weight > 0 && weight + size > MAX_WAITING)
        return Promise.reject(
          new SegueError("unavailable", { detail: "too many events wait", retryAfterMs: COME_BACK_MS }),
        );
      return new Promise<R>((resolve, reject) => {
        waiting.push({ value, weight: size, resolve, reject });
        weight += size;
        running ??= runAll();
      });
    },
    flush: async () => {
      await running;
    },
  };
}
