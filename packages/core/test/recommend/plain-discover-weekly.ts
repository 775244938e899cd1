import type { DiscoverWeeklyRequest } from "../../src/recommend/discover-weekly/discover-weekly";
import { seedOf } from "../../src/recommend/random";

/** A list as it is defined, word by word: nothing is put off, reused or left out. Undefined when no step finds 30 tracks. */
export function plainDiscoverWeekly(request: DiscoverWeeklyRequest) {
  for (const breadth of ["usual", "wide", "two-per-artist", "popular"] as const) {
    const perArtist = breadth === "usual" || breadth === "wide" ? 1 : 2;
    const tracks = varied(oneOfEachRecording(valued(request, breadth), request), request, perArtist);
    if (tracks.length === 30) return { breadth, tracks };
  }
  return undefined;
}

interface Valued {
  readonly row: number;
  readonly id: string;
  readonly prediction: number;
  readonly novelty: number;
  readonly value: number;
}

function valued(request: DiscoverWeeklyRequest, breadth: Parameters<DiscoverWeeklyRequest["propose"]>[0]) {
  const {
    centers,
    dimensions,
    eligibility,
    knownArtists,
    modelVersion,
    propose,
    table,
    userId,
    vectors,
    week,
  } = request;
  const seed = seedOf(userId, week, modelVersion);
  const predictions = new Map<number, number>();
  for (const { rows, scores } of propose(breadth)) {
    const open = Array.from(rows, (row, i) => ({ row, score: scores[i]! })).filter(
      ({ row }) => eligibility.exclusion(row) === null,
    );
    const mean = open.reduce((sum, { score }) => sum + score, 0) / Math.max(1, open.length);
    const squares = open.reduce((sum, { score }) => sum + (score - mean) * (score - mean), 0);
    const deviation = Math.sqrt(squares / Math.max(1, open.length));
    for (const { row, score } of open) {
      const prediction = deviation > 0 ? (score - mean) / deviation : 0;
      predictions.set(row, Math.max(prediction, predictions.get(row) ?? Number.NEGATIVE_INFINITY));
    }
  }
  return [...predictions].map(([row, prediction]): Valued => {
    const id = table.ids[row]!;
    const familiar = centers.map((center) => {
      let cosine = 0;
      for (let c = 0; c < dimensions; c++) cosine += vectors[row * dimensions + c]! * center[c]!;
      return cosine;
    });
    const unexpected = 1 - Math.min(1, Math.max(0, ...familiar));
    const fresh = knownArtists.has(table.artists[row]!) ? 0 : 1;
    const novelty = 0.5 * table.rarity[row]! + 0.3 * fresh + 0.2 * unexpected;
    const chance = (0.05 * seedOf(seed, id)) / 2 ** 32;
    return { row, id, prediction, novelty, value: 0.75 * prediction + 0.25 * novelty + chance };
  });
}

function oneOfEachRecording(all: readonly Valued[], { table }: DiscoverWeeklyRequest) {
  return all.filter(
    (each) =>
      !all.some(
        (other) =>
          other !== each &&
          table.recordings[other.row] === table.recordings[each.row] &&
          (other.value > each.value || (other.value === each.value && other.id < each.id)),
      ),
  );
}

function varied(
  all: readonly Valued[],
  { dimensions, table, vectors }: DiscoverWeeklyRequest,
  perArtist: number,
) {
  const chosen: Valued[] = [];
  const cosine = (a: number, b: number) => {
    let sum = 0;
    for (let c = 0; c < dimensions; c++) sum += vectors[a * dimensions + c]! * vectors[b * dimensions + c]!;
    return sum;
  };
  while (chosen.length < 30) {
    const scored = all
      .filter(
        ({ row }) =>
          !chosen.some((other) => other.row === row || table.albums[other.row] === table.albums[row]) &&
          chosen.filter((other) => table.artists[other.row] === table.artists[row]).length < perArtist,
      )
      .map((each) => {
        const nearest = Math.max(...chosen.map((other) => cosine(each.row, other.row)));
        return { each, score: chosen.length === 0 ? each.value : 0.7 * each.value - (1 - 0.7) * nearest };
      })
      .sort((a, b) => b.score - a.score || (a.each.id < b.each.id ? -1 : 1));
    if (!scored[0]) break;
    chosen.push(scored[0].each);
  }
  return chosen.map(({ id, novelty, prediction }) => ({ track: id, novelty, prediction }));
}
