import { describe, expect, test } from "vitest";
import { advance, EMPTY_QUEUE, editQueue, loadContext } from "../../queue/queue";
import { buildItems, numberedId } from "../../testing/builders";
import { MAX_SESSION_CONTEXT } from "../limits";
import { sessionOf } from "./own-session";

const ME = numberedId("device", 1);
const ALBUM = { kind: "album", id: "alb", title: "Album" } as const;
const load = (count: number, at: number, shuffle = false) =>
  loadContext(EMPTY_QUEUE, buildItems(0, count), at, shuffle, 7);
const made = (queue: typeof EMPTY_QUEUE, positionMs = 0) => sessionOf(queue, ALBUM, positionMs, ME);

describe("a session made of a player's own queue", () => {
  test("is its context, at the item and position that play", () => {
    expect(made(load(3, 1), 1_234.5)?.play).toMatchObject({
      context: ALBUM,
      startIndex: 1,
      positionMs: 1_235,
      onDeviceId: ME,
    });
  });

  test("that is shuffled keeps its order, as a list of its own", () => {
    const queue = load(5, 2, true);
    const { play } = made(queue)!;
    expect(play.items.map(({ uid }) => uid)).toEqual(queue.order);
    expect([play.shuffle, play.context]).toEqual([false, { kind: "tracks", id: null, title: "Album" }]);
    expect(play.items[play.startIndex]?.uid).toBe(queue.current?.uid);
  });

  test("is a window of what is too long for the wire", () => {
    const queue = load(MAX_SESSION_CONTEXT + 50, MAX_SESSION_CONTEXT + 20);
    const { play } = made(queue)!;
    expect(play.items.length).toBe(MAX_SESSION_CONTEXT);
    expect([play.items[play.startIndex]?.uid, play.context.kind]).toEqual([queue.current?.uid, "tracks"]);
  });

  test("begins with what was queued when that plays, before what follows it", () => {
    const queued = editQueue(load(3, 0), { type: "add", items: buildItems(8, 2) });
    const session = made(advance(queued, false))!;
    expect(session.play.items.map(({ uid }) => uid)).toEqual(["u8", "u1", "u2"]);
    expect(session.rest.map(({ action }) => action)).toMatchObject([{ items: [{ uid: "u9" }] }]);
  });

  test("begins anew when the queue has ended, and is none without anything to play", () => {
    const over = advance(load(1, 0), true);
    expect([over.current, made(over, 9_000)?.play]).toMatchObject([null, { startIndex: 0, positionMs: 0 }]);
    expect(made(EMPTY_QUEUE)).toBeNull();
  });
});
