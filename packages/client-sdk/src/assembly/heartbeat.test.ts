import { expect, test } from "vitest";
import { manualClock } from "../testing/manual-clock";
import { startHeartbeat } from "./heartbeat";

function counting() {
  const clock = manualClock();
  const counts = { beats: 0, renewals: 0 };
  const stop = startHeartbeat({
    clock,
    onBeat: () => counts.beats++,
    onRenew: () => counts.renewals++,
  });
  return { clock, counts, stop };
}

test("beats twice a minute, and renews four times an hour", () => {
  const { clock, counts, stop } = counting();
  clock.advance(3_600_000);
  expect(counts).toEqual({ beats: 120, renewals: 4 });
  stop();
  clock.advance(3_600_000);
  expect(counts.beats).toBe(120);
  expect(clock.pending).toBe(0);
});

test("renews on the first beat after the device slept", () => {
  const { clock, counts } = counting();
  clock.advance(20_000);
  clock.setWall(clock.wallMs() + 3 * 3_600_000);
  clock.advance(10_000);
  expect(counts).toEqual({ beats: 1, renewals: 1 });
  clock.advance(60_000);
  expect(counts.renewals).toBe(1);
});
