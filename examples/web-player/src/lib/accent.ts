import { contrast, hexToRgb, type Oklch, oklchToRgb, type Rgb, rgbToHex, rgbToOklch } from "./color";

export type Theme = "dark" | "light";
/** The surface on which the accent is read that is hardest to read on. */
export const SURFACE: Readonly<Record<Theme, string>> = { dark: "#2b282d", light: "#e9e5de" };
/** Contrast of the accent with its surface and of the ink on it. WCAG AA asks for 4.5. */
export const ACCENT_CONTRAST = 4.7;
const FALLBACK: Oklch = { l: 0.78, c: 0.12, h: 1.12 };
const BINS = 24;

export interface Accent {
  /** For text, icons and fills. */
  readonly color: string;
  /** For text on a fill of `color`. */
  readonly ink: string;
}

/**
 * The color that an image is remembered by: its heaviest hue, where vivid pixels weigh more than gray ones.
 * `pixels` is RGBA, four bytes each. Null when the image has no color.
 */
export function dominantColor(pixels: ArrayLike<number>): Rgb | null {
  const bins = Array.from({ length: BINS }, () => ({ weight: 0, l: 0, x: 0, y: 0 }));
  for (let i = 0; i + 3 < pixels.length; i += 4) {
    if (pixels[i + 3]! < 128) continue;
    const { l, c, h } = rgbToOklch([pixels[i]! / 255, pixels[i + 1]! / 255, pixels[i + 2]! / 255]);
    if (c < 0.03 || l < 0.15 || l > 0.97) continue;
    const bin = bins[Math.min(BINS - 1, Math.floor(((h + Math.PI) / (2 * Math.PI)) * BINS))]!;
    const weight = c * c;
    bin.weight += weight;
    bin.l += l * weight;
    bin.x += Math.cos(h) * c * weight;
    bin.y += Math.sin(h) * c * weight;
  }
  const best = bins.reduce((a, b) => (b.weight > a.weight ? b : a));
  if (best.weight === 0) return null;
  const x = best.x / best.weight;
  const y = best.y / best.weight;
  return oklchToRgb({ l: best.l / best.weight, c: Math.hypot(x, y), h: Math.atan2(y, x) });
}

/** An accent with the hue of `color` that keeps `ACCENT_CONTRAST` on the theme's surface. */
export function accentFor(color: Rgb | null, theme: Theme): Accent {
  const source = color ? rgbToOklch(color) : FALLBACK;
  const surface = hexToRgb(SURFACE[theme]);
  const c = Math.min(0.15, Math.max(0.075, source.c));
  const step = theme === "dark" ? 0.01 : -0.01;
  let l = theme === "dark" ? 0.72 : 0.52;
  let rgb = oklchToRgb({ l, c, h: source.h });
  while (contrast(rgb, surface) < ACCENT_CONTRAST && l > 0.1 && l < 0.98) {
    l += step;
    rgb = oklchToRgb({ l, c, h: source.h });
  }
  const rounded = hexToRgb(rgbToHex(rgb));
  const ink = theme === "dark" ? "#141215" : "#ffffff";
  const other = theme === "dark" ? "#ffffff" : "#141215";
  return {
    color: rgbToHex(rgb),
    ink: contrast(rounded, hexToRgb(ink)) >= ACCENT_CONTRAST ? ink : other,
  };
}
