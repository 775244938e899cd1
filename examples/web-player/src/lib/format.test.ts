import { describe, expect, it } from "vitest";
import { byteSize, clockTime, longTime, spokenTime, timeLeft, trackCount } from "./format";

describe("format", () => {
  it("writes times", () => {
    expect([0, 999, 61_000, 3_729_000, -5, Number.NaN].map(clockTime)).toEqual([
      "0:00",
      "0:00",
      "1:01",
      "1:02:09",
      "0:00",
      "0:00",
    ]);
    expect(spokenTime(187_000)).toBe("3 minutes 7 seconds");
    expect(spokenTime(1_000)).toBe("1 second");
    expect(longTime(64 * 60_000)).toBe("1 hr 4 min");
    expect(longTime(1)).toBe("1 min");
  });
  it("writes amounts", () => {
    expect(trackCount(1)).toBe("1 track");
    expect(trackCount(10_000)).toBe("10,000 tracks");
    expect([812, 14_200, 3_140_000].map(byteSize)).toEqual(["812 B", "14.2 kB", "3.1 MB"]);
    expect([0, 90_000, 4 * 3_600_000, 29.5 * 86_400_000].map(timeLeft)).toEqual([
      "none",
      "1 minute",
      "4 hours",
      "29 days",
    ]);
  });
});
