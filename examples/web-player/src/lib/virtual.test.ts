import { describe, expect, it } from "vitest";
import { dropIndex, scrollToRow, visibleRows } from "./virtual";

const view = (scrollTop: number) => ({ scrollTop, height: 600, listTop: 300 });

describe("visibleRows", () => {
  it("covers every row in view at every scroll position", () => {
    for (let scrollTop = 0; scrollTop < 560_000; scrollTop += 997) {
      const { first, end } = visibleRows(view(scrollTop), 56, 10_000, 0);
      const top = Math.max(0, scrollTop - 300);
      const bottom = Math.min(10_000 * 56, scrollTop + 300);
      if (bottom > 0 && top < 10_000 * 56) {
        expect(first * 56).toBeLessThanOrEqual(top);
        expect(end * 56).toBeGreaterThanOrEqual(bottom);
      }
      expect(end - first).toBeLessThan(13);
    }
  });

  it("stays inside a short list, and is empty for none", () => {
    expect(visibleRows(view(0), 56, 3)).toEqual({ first: 0, end: 3 });
    expect(visibleRows(view(99_999), 56, 3)).toEqual({ first: 3, end: 3 });
    expect(visibleRows(view(0), 56, 0)).toEqual({ first: 0, end: 0 });
  });
});

describe("scrollToRow", () => {
  it("leaves a row in view alone", () => {
    expect(scrollToRow(view(0), 56, 2)).toBeNull();
  });
  it("brings rows above and below wholly into view", () => {
    expect(scrollToRow(view(2_000), 56, 1)).toBe(356);
    expect(scrollToRow(view(0), 56, 100)).toBe(300 + 101 * 56 - 600);
    expect(scrollToRow(view(0), 56, 100, { top: 0, bottom: 40 })).toBe(300 + 101 * 56 - 560);
  });
});

describe("dropIndex", () => {
  it("rounds to the nearest gap and stays in the list", () => {
    expect(dropIndex(-100, 50, 4)).toBe(0);
    expect(dropIndex(24, 50, 4)).toBe(0);
    expect(dropIndex(26, 50, 4)).toBe(1);
    expect(dropIndex(999, 50, 4)).toBe(4);
  });
});
