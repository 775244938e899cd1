import { describe, expect, it } from "vitest";
import { ACCENT_CONTRAST, accentFor, dominantColor, SURFACE, type Theme } from "./accent";
import { contrast, hexToRgb, oklchToRgb, rgbToHex, rgbToOklch } from "./color";

const solid = (hex: string, count = 16) => {
  const [r, g, b] = hexToRgb(hex).map((v) => Math.round(v * 255)) as [number, number, number];
  return Array.from({ length: count }, () => [r, g, b, 255]).flat();
};

describe("accentFor", () => {
  it.each<Theme>(["dark", "light"])(
    "keeps AA contrast for every hue and lightness in the %s theme",
    (theme) => {
      for (let r = 0; r <= 255; r += 51) {
        for (let g = 0; g <= 255; g += 51) {
          for (let b = 0; b <= 255; b += 51) {
            const accent = accentFor([r / 255, g / 255, b / 255], theme);
            const color = hexToRgb(accent.color);
            expect(contrast(color, hexToRgb(SURFACE[theme]))).toBeGreaterThanOrEqual(4.5);
            expect(contrast(color, hexToRgb(accent.ink))).toBeGreaterThanOrEqual(4.5);
          }
        }
      }
      expect(ACCENT_CONTRAST).toBeGreaterThan(4.5);
    },
  );

  it("keeps the hue of the artwork", () => {
    const source = rgbToOklch(hexToRgb("#1d4ed8"));
    const accent = rgbToOklch(hexToRgb(accentFor(hexToRgb("#1d4ed8"), "dark").color));
    expect(Math.abs(accent.h - source.h)).toBeLessThan(0.25);
  });
});

describe("dominantColor", () => {
  it("prefers a vivid minority to a gray majority", () => {
    const color = dominantColor([...solid("#777777", 90), ...solid("#d9480f", 10)]);
    expect(color && rgbToHex(color)).toBe("#d9480f");
  });
  it("finds none in black, white, gray and transparent pixels", () => {
    expect(
      dominantColor([...solid("#000000"), ...solid("#ffffff"), ...solid("#808080"), 255, 0, 0, 0]),
    ).toBeNull();
  });
  it("averages a hue that lies on both sides of the seam", () => {
    const h = Math.PI;
    const a = oklchToRgb({ l: 0.6, c: 0.1, h: h - 0.01 });
    const color = dominantColor(solid(rgbToHex(a)));
    expect(color && Math.abs(rgbToOklch(color).c - 0.1)).toBeLessThan(0.02);
  });
});
