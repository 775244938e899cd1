import type { AudioFeatures } from "@segue/core";

/**
 * Draws cover art for what has none: tempo chooses the shape, valence the colors, energy how much of it there is.
 * The same input gives the same picture.
 */
export function drawArtwork(features: AudioFeatures | null, seed: number): string {
  let state = seed >>> 0 || 1;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
  const valence = features?.valence ?? next();
  const energy = features?.energy ?? next();
  const tempo = features?.tempo ?? 70 + next() * 100;
  const hue = Math.round((215 - 190 * valence + next() * 50 + 360) % 360);
  const light = Math.round(14 + 16 * valence);
  const count = Math.round(5 + energy * 22);
  const shapes: string[] = [];
  for (let i = 0; i < count; i++) {
    const x = Math.round(next() * 640);
    const y = Math.round(next() * 640);
    const size = Math.round(40 + next() * (260 - 150 * energy));
    const turn = Math.round(next() * 360);
    const fill = `hsl(${Math.round(hue + (next() - 0.5) * 90 + 360) % 360} ${Math.round(45 + energy * 40)}% ${Math.round(38 + next() * 34)}%)`;
    const attributes = `fill="${fill}" fill-opacity="${(0.25 + next() * 0.5).toFixed(2)}"`;
    shapes.push(shape(tempo, x, y, size, turn, attributes));
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 640" width="640" height="640">`,
    `<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop stop-color="hsl(${hue} 55% ${light}%)"/>`,
    `<stop offset="1" stop-color="hsl(${(hue + 40) % 360} 60% ${light + 16}%)"/></linearGradient></defs>`,
    `<rect width="640" height="640" fill="url(#g)"/>`,
    ...shapes,
    "</svg>",
  ].join("");
}

function shape(tempo: number, x: number, y: number, size: number, turn: number, attributes: string): string {
  if (tempo < 95) return `<circle cx="${x}" cy="${y}" r="${size}" ${attributes}/>`;
  const place = `transform="rotate(${turn} ${x} ${y})" ${attributes}`;
  if (tempo < 118) {
    return `<ellipse cx="${x}" cy="${y}" rx="${size}" ry="${Math.round(size * 0.4)}" ${place}/>`;
  }
  if (tempo < 138)
    return `<rect x="${x}" y="${y}" width="${size}" height="${Math.round(size * 0.6)}" rx="6" ${place}/>`;
  return `<path d="M${x} ${y - size}L${x + size} ${y + size}L${x - size} ${y + size}Z" ${place}/>`;
}
