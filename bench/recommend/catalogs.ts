import { type ItemSpace, randomStream } from "@segue/core/recommend";

/** Ids in ascending order. */
export const rowIds = (count: number): string[] =>
  Array.from({ length: count }, (_, row) => `trk_${String(row).padStart(9, "0")}`);

/** Draws points of 8 standardized features: 9,961 tracks of 24 genres, each drawn again and again with some noise. */
export function featurePoints(seed: number): (into: Float32Array, at: number) => void {
  const tracks = 9961;
  const genres = 24;
  const random = randomStream(seed);
  const centers = Array.from({ length: genres * 8 }, () => random.gaussian());
  const mixing = Array.from({ length: genres * 8 * 3 }, () => random.gaussian() / 2);
  const base = new Float32Array(tracks * 8);
  for (let track = 0; track < tracks; track++) {
    const genre = Math.floor(genres * random.unit() * random.unit()) * 8;
    const hidden = [random.gaussian(), random.gaussian(), random.gaussian()];
    for (let c = 0; c < 8; c++) {
      const mixed = hidden.reduce((sum, value, j) => sum + value * mixing[(genre + c) * 3 + j]!, 0);
      base[track * 8 + c] = centers[genre + c]! + mixed + 0.35 * random.gaussian();
    }
  }
  return (into, at) => {
    const from = random.below(tracks) * 8;
    for (let c = 0; c < 8; c++) into[at + c] = base[from + c]! + 0.15 * random.gaussian();
  };
}

/** Draws 8 independent normal numbers: the hardest of catalogs, without any structure. */
export function noisePoints(seed: number): (into: Float32Array, at: number) => void {
  const random = randomStream(seed);
  return (into, at) => {
    for (let c = 0; c < 8; c++) into[at + c] = random.gaussian();
  };
}

/** Draws unit vectors of `dimensions` around 256 directions; `noise` is what they differ by, in lengths of a direction. */
export function tastePoints(
  dimensions: number,
  noise: number,
  seed: number,
): (into: Float32Array, at: number) => void {
  const random = randomStream(seed);
  const centers = Array.from({ length: 256 * dimensions }, () => random.gaussian());
  return (into, at) => {
    const from = random.below(256) * dimensions;
    let square = 0;
    for (let c = 0; c < dimensions; c++) {
      const value = centers[from + c]! + noise * random.gaussian();
      into[at + c] = value;
      square += value * value;
    }
    for (let c = 0; c < dimensions; c++) into[at + c]! /= Math.sqrt(square);
  };
}

/** `count` drawn points, one after another. */
export function draw(
  count: number,
  dimensions: number,
  point: (into: Float32Array, at: number) => void,
): Float32Array {
  const vectors = new Float32Array(count * dimensions);
  for (let row = 0; row < count; row++) point(vectors, row * dimensions);
  return vectors;
}

export function drawSpace(
  count: number,
  dimensions: number,
  point: (into: Float32Array, at: number) => void,
): ItemSpace {
  return { ids: rowIds(count), dimensions, vectors: draw(count, dimensions, point) };
}
