import { SegueError } from "@segue/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PlayerState } from "../src/client";
import { granted, numberOf, playerWorld, track, tracks } from "./player-world";

const list = { kind: "tracks", id: null, title: "List" } as const;
const titles = (entries: PlayerState["history"]) => entries.map((entry) => entry.track.title);

describe("a player", () => {
  test("asks for head and grant at once, and is playing when the promise resolves", async () => {
    const { player, engine, asked, start, timer } = playerWorld();
    await start();
    expect(engine.heads[0]).toMatchObject({ url: "http://server/v1/media/1?head", byteLength: 131_072 });
    expect(asked).toHaveLength(1);
    expect(player.state).toMatchObject({
      status: "playing",
      durationMs: 40_000,
      current: { track: { title: "Track 1" } },
    });
    expect(timer.last()?.steps).toHaveProperty("audible");
  });

  test("prefetches at 75 % and 90 %, joins, and ends idle with everything in its history", async () => {
    const { player, engine, run, start, log } = playerWorld();
    const seen: string[] = [];
    player.on("track", (entry) => seen.push(entry.track.title));
    await start();
    await run(29_000);
    expect(engine.timeline).toHaveLength(1);
    await run(2_000);
    expect(engine.timeline).toHaveLength(2);
    await run(90_000);
    expect(seen).toEqual(["Track 1", "Track 2", "Track 3"]);
    expect(player.state).toMatchObject({ status: "idle", current: null, canNext: false });
    expect(titles(player.state.history)).toEqual(["Track 1", "Track 2", "Track 3"]);
    expect(log.entries().filter(({ kind }) => kind === "join")).toHaveLength(2);
  });

  test("extrapolates its position only while it sounds", async () => {
    const { player, clock, start, run } = playerWorld();
    await start();
    await run(5_000);
    const at = player.positionMs();
    clock.advance(150);
    expect(player.positionMs()).toBeCloseTo(at + 150, 0);
    player.pause();
    const paused = player.positionMs();
    clock.advance(10_000);
    expect(player.positionMs()).toBe(paused);
  });

  test("pauses, and plays on where it was", async () => {
    const { player, engine, start, run } = playerWorld();
    await start();
    await run(3_000);
    player.pause();
    expect([player.state.status, engine.paused]).toEqual(["paused", true]);
    const playing = player.play();
    await run(200);
    await playing;
    expect([player.state.status, engine.paused]).toEqual(["playing", false]);
  });

  test("says why a track is refused, then goes on", async () => {
    const refusal = { reason: "market", message: "Not in your country." } as const;
    const { player, run, clock, settle } = playerWorld((each) =>
      numberOf(each) === 1 ? { kind: "refusal", refusal } : granted(numberOf(each)),
    );
    await player.playContext(list, tracks(2));
    expect(player.state).toMatchObject({ status: "refused", refusal });
    clock.advance(4_100);
    await settle();
    await run(100);
    expect(player.state).toMatchObject({
      status: "playing",
      refusal: null,
      current: { track: { title: "Track 2" } },
    });
  });

  test("asks again by itself for a track that is being prepared", async () => {
    const refusal = { reason: "preparing", message: "Soon.", retryAfterMs: 1_000 } as const;
    const { player, run, clock, settle, asked } = playerWorld((_, request) =>
      request === 1 ? { kind: "refusal", refusal } : granted(1),
    );
    await player.playContext(list, tracks(1));
    expect(player.state.status).toBe("preparing");
    clock.advance(1_000);
    await settle();
    await run(100);
    expect([player.state.status, asked.length]).toEqual(["playing", 2]);
  });

  test("rejects with the error when a grant fails for good, and plays after retry()", async () => {
    let fails = true;
    const { player, run, settle } = playerWorld(() =>
      fails ? new SegueError("forbidden", { supportId: "s-9" }) : granted(1),
    );
    await expect(player.playContext(list, tracks(1))).rejects.toMatchObject({
      code: "forbidden",
      supportId: "s-9",
    });
    expect(player.state.error).toMatchObject({ code: "forbidden", supportId: "s-9" });
    fails = false;
    const retried = player.retry();
    await settle();
    await run(100);
    await retried;
    expect(player.state).toMatchObject({ status: "playing", error: null });
  });

  test("renews a media URL that has expired without losing its place", async () => {
    const { player, engine, start, run, settle } = playerWorld();
    await start();
    await run(3_000);
    const uid = engine.timeline[0]!.uid;
    engine.emit({ type: "failed", uid, error: new SegueError("url_expired") });
    await settle();
    expect([engine.replacedUrls.length, player.state.status]).toEqual([1, "playing"]);
  });

  test("begins where it was sought to before the grant came", async () => {
    const { player, engine, run, settle } = playerWorld();
    const playing = player.playContext(list, tracks(1));
    player.seek(20_000);
    expect([player.state.status, player.state.positionMs]).toEqual(["loading", 20_000]);
    await settle();
    expect(engine.timeline[0]?.startFrame).toBe(20 * 44_100);
    await run(10);
    await playing;
    expect(player.state.positionMs).toBeGreaterThanOrEqual(20_000);
  });

  test("renews a media URL ahead of its end, and nobody hears of it", async () => {
    let fails = false;
    const { player, engine, start, run, clock, asked, settle } = playerWorld((each) =>
      fails ? new SegueError("network") : granted(numberOf(each)),
    );
    const errors: SegueError[] = [];
    player.on("error", (error) => errors.push(error));
    await start();
    await run(3_000, false);
    player.pause();
    const minutes = async (count: number) => {
      clock.advance(count * 60_000);
      player.tick();
      await settle();
    };
    await minutes(50);
    expect([asked.length, engine.replacedUrls.length]).toEqual([1, 0]);
    fails = true;
    await minutes(6);
    fails = false;
    await minutes(0.5);
    await minutes(1);
    expect([asked.length, engine.replacedUrls.length, player.state.status]).toEqual([3, 1, "paused"]);
    // The device slept past the end: the wish to play renews first.
    clock.advance(8 * 3_600_000);
    const playing = player.play();
    await run(200, false);
    await playing;
    expect([engine.replacedUrls.length, player.state.status, errors]).toEqual([2, "playing", []]);
  });

  test("does not renew what was fetched to its end", async () => {
    const { player, clock, start, run, asked, settle } = playerWorld();
    await start(tracks(1));
    await run(3_000);
    clock.advance(8 * 3_600_000);
    player.tick();
    await settle();
    expect(asked).toHaveLength(1);
  });

  test("says that the browser wants a gesture, and plays after one", async () => {
    const { player, engine, settle, run } = playerWorld();
    engine.block(true);
    const playing = player.playContext(list, tracks(1));
    await settle();
    await playing;
    expect(player.state.status).toBe("blocked");
    engine.block(false);
    const again = player.play();
    await run(100);
    await again;
    expect(player.state.status).toBe("playing");
  });

  test("plays what was queued before the rest of the context", async () => {
    const { player, start, run, settle } = playerWorld();
    await start();
    player.addToQueue([track(10), track(11)]);
    player.playNext([track(12)]);
    expect(titles(player.state.upNext)).toEqual(["Track 12", "Track 10", "Track 11"]);
    const [first, , last] = player.state.upNext;
    player.moveInQueue(last!.uid, first!.uid);
    player.removeFromQueue(first!.uid);
    expect(titles(player.state.upNext)).toEqual(["Track 11", "Track 10"]);
    const next = player.next();
    await settle();
    await run(100);
    await next;
    expect(player.state.current?.track.title).toBe("Track 11");
  });

  test("refuses arguments that make no sense", async () => {
    const { player } = playerWorld();
    expect(() => player.seek(Number.NaN)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
    expect(() => player.setVolume(2)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
    await expect(player.playContext(list, [])).rejects.toMatchObject({ code: "queue_empty" });
    await expect(player.play()).rejects.toMatchObject({ code: "queue_empty" });
    player.close();
    await expect(player.play()).rejects.toMatchObject({ code: "closed" });
  });

  test("brings tracks to their album's level without clipping", async () => {
    const quiet = granted(1);
    if (quiet.kind !== "grant") throw new Error();
    const loudness = { trackLufs: -20, trackPeak: 0.5, albumLufs: -17, albumPeak: 0.9 };
    const { engine, start } = playerWorld(() => ({ ...quiet, manifest: { ...quiet.manifest, loudness } }));
    await start(tracks(1));
    expect(engine.timeline[0]?.gain).toBeCloseTo(1 / 0.9, 5);
  });
});

type Action = (world: ReturnType<typeof playerWorld>) => unknown;
const action = fc.oneof<fc.Arbitrary<{ name: string; do: Action }>[]>(
  ...(
    [
      ["play", ({ player }) => player.play()],
      ["pause", ({ player }) => player.pause()],
      ["toggle", ({ player }) => player.toggle()],
      ["next", ({ player }) => player.next()],
      ["previous", ({ player }) => player.previous()],
      ["retry", ({ player }) => player.retry()],
      ["shuffle", ({ player }) => player.setShuffle(!player.state.shuffle)],
      ["repeat", ({ player }) => player.setRepeat("track")],
      ["no repeat", ({ player }) => player.setRepeat("off")],
      ["clear", ({ player }) => player.clearUpNext()],
      ["queue", ({ player }) => player.addToQueue([track(20), track(20)])],
      ["play next", ({ player }) => player.playNext([track(21)])],
      ["remove", ({ player }) => player.removeFromQueue(player.state.upNext[0]?.uid ?? "none")],
      ["skip to last", ({ player }) => player.skipTo(player.state.contextNext.at(-1)?.uid ?? "none")],
      ["load", ({ player }) => player.playContext(list, tracks(4), { startIndex: 1, shuffle: true })],
      ["block", ({ engine }) => engine.block(true)],
      ["unblock", ({ engine }) => engine.block(false)],
      ["fail", ({ engine }) => fail(engine, "network")],
      ["corrupt", ({ engine }) => fail(engine, "segment_corrupt")],
      ["expire", ({ engine }) => fail(engine, "license_expired")],
      ["stall", ({ engine }) => engine.emit({ type: "stalled", uid: engine.timeline[0]?.uid ?? "none" })],
    ] as [string, Action][]
  ).map(([name, run]) => fc.constant({ name, do: run })),
  fc
    .integer({ min: -5_000, max: 50_000 })
    .map((ms) => ({ name: `seek ${ms}`, do: ({ player }) => player.seek(ms) })),
  fc.integer({ min: 1, max: 60_000 }).map((ms) => ({ name: `run ${ms}`, do: ({ run }) => run(ms) })),
);

function fail(
  engine: ReturnType<typeof playerWorld>["engine"],
  code: "network" | "segment_corrupt" | "license_expired",
) {
  const uid = engine.timeline[0]?.uid;
  if (uid) engine.emit({ type: "failed", uid, error: new SegueError(code) });
}

test("whatever a listener does, every failure is typed and the state holds together", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { maxLength: 25 }),
      fc.array(fc.nat(4), { maxLength: 30 }),
      async (actions, fates) => {
        const world = playerWorld((each, request) => {
          const fate = fates[request % Math.max(1, fates.length)] ?? 0;
          if (fate === 3) return new SegueError("network");
          if (fate === 4) return { kind: "refusal", refusal: { reason: "explicit", message: "Filtered." } };
          return granted(numberOf(each));
        });
        const { player, engine, settle } = world;
        player.on("state", check);
        for (const { do: act } of actions) {
          try {
            const result = act(world);
            if (result instanceof Promise) result.catch((error) => expect(SegueError.is(error)).toBe(true));
          } catch (error) {
            expect(SegueError.is(error)).toBe(true);
          }
          await settle();
          check(player.state);
        }
        player.close();
        await settle();

        function check(state: PlayerState): void {
          expect(Object.isFrozen(state)).toBe(true);
          expect(state.positionMs).toBeGreaterThanOrEqual(0);
          expect(state.positionMs).toBeLessThanOrEqual(state.durationMs + 1);
          expect(state.current === null).toBe(state.status === "idle");
          expect(state.refusal !== null && state.error !== null).toBe(false);
          const uids = [...state.upNext, ...state.contextNext].map((entry) => entry.uid);
          expect(new Set(uids).size).toBe(uids.length);
          const timeline = engine.timeline.map((item) => item.uid);
          expect(new Set(timeline).size).toBe(timeline.length);
        }
      },
    ),
    { numRuns: 150 },
  );
}, 30_000);
