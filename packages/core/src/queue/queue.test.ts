import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildItems } from "../testing/builders";
import {
  advance,
  contextNext,
  EMPTY_QUEUE,
  editQueue,
  goBack,
  loadContext,
  type QueueItem,
  type QueueState,
  resumeQueue,
  skipTo,
  upcoming,
} from "./queue";
import { shuffledOrder } from "./shuffle";

const uids = (items: readonly QueueItem[]) => items.map((item) => item.uid);
const loaded = (count = 5, start = 0, shuffle = false, seed = 1) =>
  loadContext(EMPTY_QUEUE, buildItems(0, count), start, shuffle, seed);

type Command = (state: QueueState) => QueueState;
const anyUid = fc.nat(40).map((n) => `u${n}`);
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.tuple(fc.nat(8), fc.nat(8), fc.boolean(), fc.integer()).map(
    ([n, at, shuffle, seed]): Command =>
      (s) =>
        loadContext(s, buildItems(0, n), at, shuffle, seed),
  ),
  fc.boolean().map(
    (auto): Command =>
      (s) =>
        advance(s, auto),
  ),
  fc.constant<Command>(goBack),
  anyUid.map(
    (uid): Command =>
      (s) =>
        skipTo(s, uid),
  ),
  fc.tuple(fc.nat(30), fc.nat(4), fc.constantFrom("add" as const, "add_first" as const)).map(
    ([first, n, type]): Command =>
      (s) =>
        editQueue(s, { type, items: buildItems(10 + first, n, "up_next") }),
  ),
  anyUid.map(
    (uid): Command =>
      (s) =>
        editQueue(s, { type: "remove", uid }),
  ),
  fc.tuple(anyUid, fc.option(anyUid)).map(
    ([uid, beforeUid]): Command =>
      (s) =>
        editQueue(s, { type: "move", uid, beforeUid }),
  ),
  fc.tuple(fc.boolean(), fc.integer()).map(
    ([on, seed]): Command =>
      (s) =>
        editQueue(s, { type: "shuffle", on, seed }),
  ),
  fc.constantFrom("off" as const, "context" as const, "track" as const).map(
    (mode): Command =>
      (s) =>
        editQueue(s, { type: "repeat", mode }),
  ),
  fc.constant<Command>((s) => editQueue(s, { type: "clear" })),
);

function checkInvariants(state: QueueState): void {
  expect([...state.order].sort()).toEqual(uids(state.context).sort());
  expect(new Set(uids(state.upNext)).size).toBe(state.upNext.length);
  expect(state.index).toBeGreaterThanOrEqual(-1);
  expect(state.index).toBeLessThan(Math.max(1, state.order.length));
  expect(state.history.length).toBeLessThanOrEqual(100);
  expect(state.upNext.every((item) => item.source === "up_next")).toBe(true);
  expect(uids(state.upNext)).not.toContain(state.current?.uid);
}

describe("queue", () => {
  test("any commands keep order a permutation, up next unique, and upcoming true", () =>
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        let state = EMPTY_QUEUE;
        for (const run of commands) {
          const promised = upcoming(state, 1)[0]?.uid ?? null;
          expect(advance(state, true).current?.uid ?? null).toBe(promised);
          state = run(state);
          checkInvariants(state);
        }
      }),
      { numRuns: 300 },
    ));
  test("upcoming is what playing on reaches", () =>
    fc.assert(
      fc.property(fc.array(command, { maxLength: 15 }), fc.nat(12), (commands, n) => {
        let state = commands.reduce((s, run) => run(s), EMPTY_QUEUE);
        const promised = uids(upcoming(state, n));
        const reached: string[] = [];
        for (let i = 0; i < n; i++) {
          state = advance(state, true);
          if (state.current === null) break;
          reached.push(state.current.uid);
        }
        expect(reached).toEqual(promised);
      }),
    ));
  test("toggling shuffle never changes what plays, and off restores the canonical order", () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(19), fc.integer(), (count, start, seed) => {
        const before = loaded(count, start);
        const on = editQueue(before, { type: "shuffle", on: true, seed });
        expect(on.current).toBe(before.current);
        expect(contextNext(on)).toHaveLength(count - 1);
        const off = editQueue(on, { type: "shuffle", on: false, seed });
        expect(off.current).toBe(before.current);
        expect(off.order).toEqual(before.order);
        expect(off.index).toBe(before.index);
      }),
    ));
  test("shuffle that is on already keeps its order", () => {
    const before = loaded(9, 2, true);
    expect(editQueue(before, { type: "shuffle", on: true, seed: 99 })).toBe(before);
  });

  test("an item that is added leaves the others in their shuffled order", () =>
    fc.assert(
      fc.property(fc.uniqueArray(fc.string()), fc.string(), fc.integer(), (names, added, seed) => {
        const with_ = shuffledOrder([...new Set([...names, added])], seed, null).filter(
          (uid) => uid !== added,
        );
        const without = shuffledOrder(
          names.filter((uid) => uid !== added),
          seed,
          null,
        );
        expect(with_).toEqual(without);
      }),
    ));
  test("up next plays before the context goes on", () => {
    const queued = editQueue(loaded(3), { type: "add", items: buildItems(50, 2, "up_next") });
    expect(uids(upcoming(queued, 9))).toEqual(["u50", "u51", "u1", "u2"]);
    const first = editQueue(queued, { type: "add_first", items: buildItems(60, 1, "up_next") });
    expect(uids(upcoming(first, 9))).toEqual(["u60", "u50", "u51", "u1", "u2"]);
    const moved = editQueue(first, { type: "move", uid: "u51", beforeUid: "u60" });
    expect(uids(moved.upNext)).toEqual(["u51", "u60", "u50"]);
  });
  test("what has ended resumes with what follows, else with the context from its beginning", () => {
    const ended = advance(loaded(2, 1), true);
    expect(resumeQueue(ended).current?.uid).toBe("u0");
    const queued = editQueue(ended, { type: "add", items: buildItems(50, 1, "up_next") });
    expect(resumeQueue(queued).current?.uid).toBe("u50");
    expect(resumeQueue(EMPTY_QUEUE).current).toBeNull();
    const playing = loaded(2);
    expect(resumeQueue(playing)).toBe(playing);
  });
  test("repeat: off ends, context begins again, track stays until the listener says next", () => {
    const last = loaded(2, 1);
    expect(advance(last, true).current).toBeNull();
    expect(advance(editQueue(last, { type: "repeat", mode: "context" }), true).current?.uid).toBe("u0");
    const track = editQueue(loaded(2), { type: "repeat", mode: "track" });
    expect(advance(track, true).current?.uid).toBe("u0");
    expect(advance(track, false).current?.uid).toBe("u1");
  });
  test("going back returns to what was played, and an up-next item waits again", () => {
    const queued = editQueue(loaded(3), { type: "add", items: buildItems(50, 1, "up_next") });
    const back = goBack(advance(queued, false));
    expect(back.current?.uid).toBe("u0");
    expect(uids(back.upNext)).toEqual(["u50"]);
  });
});
