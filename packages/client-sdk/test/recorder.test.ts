import { hexBytes, isUuidV7, uuidV7Time } from "@segue/core";
import { describe, expect, test } from "vitest";
import { playerWorld, tracks } from "./player-world";

describe("what was heard", () => {
  test("is one play per pass: a whole track, then the next", async () => {
    const world = playerWorld();
    const begun = world.clock.wallMs();
    await world.start(tracks(2));
    const { durationMs } = world.player.state;
    await world.run(durationMs + 5_000);
    expect(world.plays).toHaveLength(1);
    const [play] = world.plays;
    expect(play).toMatchObject({
      startReason: "picked",
      endReason: "track_done",
      contextKind: "tracks",
      muted: false,
    });
    expect(Math.abs(play!.msPlayed - durationMs)).toBeLessThan(2);
    expect(play!.segments).toHaveLength(1);
    expect(isUuidV7(hexBytes(play!.eventId))).toBe(true);
    expect(Math.abs(uuidV7Time(hexBytes(play!.eventId)) - begun)).toBeLessThan(1_100);
    world.player.close();
    world.recorder.close();
    expect(world.plays[1]).toMatchObject({ startReason: "track_done", endReason: "closed" });
    expect(world.plays[1]!.eventId).not.toBe(play!.eventId);
  });

  test("leaves out pauses, stalls and jumps, which begin no other play", async () => {
    const world = playerWorld();
    await world.start(tracks(1));
    await world.run(10_000);
    world.player.pause();
    world.clock.advance(3_600_000);
    const playing = world.player.play();
    await world.settle();
    await world.run(10);
    await playing;
    await world.run(5_000);
    world.player.seek(2_000);
    const uid = world.engine.timeline[0]!.uid;
    world.engine.emit({ type: "stalled", uid });
    world.clock.advance(60_000);
    await world.run(5_000);
    await world.player.next().catch(() => undefined);
    expect(world.plays).toHaveLength(1);
    const [play] = world.plays;
    expect(Math.abs(play!.msPlayed - 20_020)).toBeLessThan(50);
    expect(play!.elapsedMs).toBeGreaterThan(3_660_000);
    expect(play).toMatchObject({ endReason: "forward" });
    expect(play!.segments).toHaveLength(2);
  });

  test("says why it started and ended, and from where", async () => {
    const world = playerWorld();
    await world.player.addToQueue(tracks(5).slice(4));
    await world.start(tracks(4));
    await world.run(1_000);
    const next = world.player.next();
    await world.settle();
    await world.run(1_000);
    await next;
    const back = world.player.previous();
    await world.settle();
    await world.run(1_000);
    await back;
    world.player.reset();
    expect(world.plays.map(({ startReason, endReason }) => [startReason, endReason])).toEqual([
      ["picked", "forward"],
      ["forward", "back"],
      ["back", "closed"],
    ]);
    expect(world.plays.map(({ contextKind }) => contextKind)).toEqual(["tracks", "queue", "tracks"]);
  });

  test("is journalled from the first audible frame, and at least every 10 s of sound", async () => {
    const world = playerWorld();
    await world.start(tracks(1));
    await world.run(28_000);
    world.recorder.checkpoint();
    await world.run(3_000);
    expect(world.journalled.length).toBeGreaterThan(3);
    const gaps = world.journalled.slice(1).map((play, i) => play.msPlayed - world.journalled[i]!.msPlayed);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(10_000);
    expect(world.journalled[0]!.msPlayed).toBeLessThan(1_500);
    const counting = world.journalled.filter(({ msPlayed }) => msPlayed >= 30_000);
    expect(counting[0]!.msPlayed).toBeLessThan(31_100);
    expect(new Set(world.journalled.map(({ eventId }) => eventId)).size).toBe(1);
    expect(world.journalled.every(({ endReason }) => endReason === "closed")).toBe(true);
  });

  test("is muted only when it was so from beginning to end", async () => {
    const world = playerWorld();
    world.player.setVolume(0);
    await world.start(tracks(2));
    await world.run(2_000);
    const next = world.player.next();
    await world.settle();
    await world.run(2_000);
    await next;
    world.player.setVolume(0.5);
    await world.run(1_000);
    world.recorder.close();
    expect(world.plays.map(({ muted }) => muted)).toEqual([true, false]);
  });

  test("goes on as one play when the engine places the item again after a failure", async () => {
    const world = playerWorld();
    await world.start(tracks(1));
    await world.run(12_000);
    const item = world.engine.timeline[0]!;
    world.engine.start({ ...item, startFrame: 12 * item.manifest.sampleRateHz }, { paused: false });
    await world.run(20_000);
    world.recorder.close();
    expect(world.plays).toHaveLength(1);
    expect(Math.abs(world.plays[0]!.msPlayed - 32_010)).toBeLessThan(50);
  });

  test("is nothing when nothing was audible", async () => {
    const world = playerWorld();
    const playing = world.player.playContext({ kind: "tracks", id: null, title: "" }, tracks(1));
    playing.catch(() => undefined);
    await world.settle();
    world.player.reset();
    world.recorder.close();
    expect(world.plays).toEqual([]);
  });
});
