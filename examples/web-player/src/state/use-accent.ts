import { useEffect } from "react";
import { accentFor, dominantColor, type Theme } from "../lib/accent";
import type { Rgb } from "../lib/color";

const SIDE = 24;
const colors = new Map<string, Promise<Rgb | null>>();

async function read(url: string): Promise<Rgb | null> {
  const image = new Image();
  image.crossOrigin = "anonymous";
  image.src = url;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = SIDE;
  canvas.height = SIDE;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return null;
  context.drawImage(image, 0, 0, SIDE, SIDE);
  return dominantColor(context.getImageData(0, 0, SIDE, SIDE).data);
}

function colorOf(url: string): Promise<Rgb | null> {
  let color = colors.get(url);
  if (!color) {
    color = read(url).catch(() => null);
    if (colors.size > 100) colors.clear();
    colors.set(url, color);
  }
  return color;
}

/** Gives the page the accent of the artwork at `imageUrl`, in the theme that the system asks for. */
export function useAccent(imageUrl: string | null): void {
  useEffect(() => {
    let over = false;
    const light = window.matchMedia("(prefers-color-scheme: light)");
    const apply = async () => {
      const color = imageUrl ? await colorOf(imageUrl) : null;
      if (over) return;
      const theme: Theme = light.matches ? "light" : "dark";
      const accent = accentFor(color, theme);
      const { style } = document.documentElement;
      style.setProperty("--accent", accent.color);
      style.setProperty("--accent-ink", accent.ink);
    };
    void apply();
    light.addEventListener("change", apply);
    return () => {
      over = true;
      light.removeEventListener("change", apply);
    };
  }, [imageUrl]);
}
