import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildItems } from "../testing/builders";
import { renewTime } from "./renewal";
import { INITIAL_PLAYBACK, step } from "./step";
import type { PlaybackInput, PlaybackState } from "./types";

const facts = { sampleRateHz: 44_100, totalFrames: 40 * 44_100 };
const HOUR_MS = 3_600_000;
const passId = "u0#1";

function after(...inputs: readonly PlaybackInput[]): PlaybackState {
  const load: PlaybackInput = {
    type: "load",
    items: buildItems(0, 2),
    startIndex: 0,
    shuffle: false,
    seed: 1,
  };
  const granted: PlaybackInput = {
    type: "grant_arrived",
    passId,
    facts,
    nowMs: 1_000,
    urlLifetimeMs: HOUR_MS,
  };
  const started: PlaybackInput = { type: "started", passId, frame: 0 };
  return [load, granted, started, ...inputs].reduce(
    (state, input) => step(state, input).state,
    INITIAL_PLAYBACK,
  );
}
const buffered = (complete: boolean): PlaybackInput => ({
  type: "buffered",
  passId,
  aheadMs: 5_000,
  complete,
});
const tick = (state: PlaybackState, nowMs: number) => step(state, { type: "tick", nowMs });
const DUE = 1_000 + HOUR_MS - 5 * 60_000;

describe("a media URL", () => {
  test("is renewed before its end, once, while sound goes on", () => {
    const state = after(buffered(false));
    expect(tick(state, DUE - 1).effects).toEqual([]);
    const due = tick(state, DUE);
    expect(due.effects).toEqual([
      { type: "refresh_grant", passId, item: state.passes[0]!.item, urgent: false },
    ]);
    expect(due.state.phase).toBe("playing");
    expect(tick(due.state, DUE + 60_000).effects).toEqual([]);
    const renewed = step(due.state, {
      type: "grant_renewed",
      passId,
      nowMs: DUE,
      urlLifetimeMs: HOUR_MS,
    }).state;
    expect(tick(renewed, DUE + HOUR_MS / 2).effects).toEqual([]);
    expect(tick(renewed, DUE + HOUR_MS).effects).toHaveLength(1);
  });
  test("is renewed during a pause, and at once after the device slept past its end", () => {
    expect(tick(after(buffered(false), { type: "pause" }), DUE).effects).toHaveLength(1);
    expect(tick(after(buffered(false), { type: "pause" }), DUE + 30 * HOUR_MS).effects).toHaveLength(1);
  });
  test("is not renewed once every byte was fetched, nor before it is on the timeline", () => {
    expect(tick(after(buffered(true)), DUE).effects).toEqual([]);
    const held = after(buffered(false), { type: "failed", passId, code: "network" });
    expect(tick(held, DUE).effects).toEqual([]);
  });
  test("is tried again 30 s after a renewal in vain, which stops no sound", () => {
    const tried = tick(after(buffered(false)), DUE).state;
    const failed = step(tried, { type: "renewal_failed", passId, nowMs: DUE + 500 });
    expect([failed.effects, failed.state.phase]).toEqual([[], "playing"]);
    expect(tick(failed.state, DUE + 30_000).effects).toEqual([]);
    expect(tick(failed.state, DUE + 30_500).effects).toHaveLength(1);
  });
  test("of an item ahead is renewed too", () => {
    const ahead = after(buffered(true), { type: "position", passId, frame: 0.8 * facts.totalFrames });
    const next = ahead.passes[1]!.id;
    const placed = step(ahead, {
      type: "grant_arrived",
      passId: next,
      facts,
      nowMs: 0,
      urlLifetimeMs: 60_000,
    });
    expect(tick(placed.state, 45_000).effects).toMatchObject([{ type: "refresh_grant", passId: next }]);
  });
  test("is renewed between half of its life and its end, never twice within 10 s", () =>
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e9, max: 1e12 }), (lifetime) => {
        const due = renewTime(0, lifetime);
        expect(due).toBeGreaterThanOrEqual(10_000);
        if (lifetime > 20_000) expect(due).toBeLessThan(lifetime);
        if (lifetime > 20_000) expect(due).toBeGreaterThanOrEqual(lifetime / 2);
      }),
    ));
});
