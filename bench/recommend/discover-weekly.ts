import {
  artistsOfRows,
  discoverWeekly,
  type Eligibility,
  ExactIndex,
  eligibilityOfRows,
  type ItemSpace,
  likestAmong,
  type Neighbors,
  type Proposals,
  randomStream,
  scoreOf,
  type TrackTable,
  trackTable,
} from "@segue/core/recommend";
import { draw, drawSpace, tastePoints } from "./catalogs";
import { loadPeers } from "./peers";
import type { BenchContext, BenchRow, BenchSection } from "./row";

const DIMENSIONS = 64;
const CANDIDATES = 500;
const HISTORY = 2000;
const BLOCK = 64;
/** The whole world's lists of one week, and the hours of a Saturday night for them. */
const LISTENERS = 250e6;
const HOURS = 6;

/** Whole weekly lists: 500 candidates, filters over 2,000 known tracks, values, MMR to 30 tracks with their reasons. */
export const weekly: BenchSection = {
  name: "discover-weekly",
  async *rows(context: BenchContext): AsyncIterable<BenchRow> {
    for (const count of context.quick ? [10_000] : [100_000, 1_000_000]) yield* lists(context, count);
  },
};

interface Listener {
  readonly query: Float32Array;
  readonly known: Uint32Array;
  /** Rows that were heard within 30 days. */
  readonly heard: Uint32Array;
}

async function* lists(
  { cpuSeconds, progress, quick, wasm }: BenchContext,
  count: number,
): AsyncIterable<BenchRow> {
  const what = `Discover Weekly, ${count / 1000} k tracks`;
  progress(what);
  const point = tastePoints(DIMENSIONS, 1, 1);
  const space = drawSpace(count, DIMENSIONS, point);
  const table = catalog(space);
  const listeners = invent(table, draw(quick ? BLOCK : 2 * BLOCK, DIMENSIONS, point));
  const index = await ExactIndex.load(wasm, space, { batch: BLOCK });
  const listOf = (listener: Listener, user: number, found: Pick<Neighbors, "rows" | "distances">) =>
    discoverWeekly({
      userId: `usr_${user}`,
      week: "2026-W48",
      modelVersion: "bench",
      table,
      eligibility: permission(table, listener),
      knownArtists: artistsOfRows(table, listener.known),
      vectors: space.vectors,
      dimensions: DIMENSIONS,
      centers: [listener.query],
      propose: () => [proposals(space, listener, found)],
    });
  const own = await cpuSeconds(() => {
    for (let from = 0; from < listeners.length; from += BLOCK) {
      const block = listeners.slice(from, from + BLOCK);
      const queries = new Float32Array(block.length * DIMENSIONS);
      for (const [i, { query }] of block.entries()) queries.set(query, i * DIMENSIONS);
      const found = index.searchMany(
        queries,
        CANDIDATES,
        block.map(({ known }) => known),
      );
      for (const [i, listener] of block.entries()) listOf(listener, from + i, found[i]!);
    }
  });
  const perSecond = listeners.length / own;
  const cores = LISTENERS / (perSecond * HOURS * 3600);
  const row = {
    what,
    value: perSecond,
    unit: "lists/s",
    more: true,
    ...(count === 100_000 ? { aim: 1000 } : {}),
  };
  const world = `${LISTENERS / 1e6} M listeners in ${HOURS} hours: ${cores.toFixed(0)} cores`;
  let compared = false;
  for (const peer of count > 100_000 ? [] : await loadPeers()) {
    if (!peer.build) {
      progress(peer.missing ?? peer.name);
      continue;
    }
    progress(`${peer.name} builds its graph`);
    const graph = peer.build(space, "ip");
    const width = graph.widths.at(-1)!;
    // A graph cannot leave out what a listener knows, so that more is asked for and the filters take it.
    const theirs = await cpuSeconds(() => {
      for (const [i, listener] of listeners.entries()) {
        const rows = Uint32Array.from(Array.from(graph.search(listener.query, CANDIDATES, width), Number));
        const distances = Float32Array.from(rows, (at) => -product(space, at, listener.query));
        listOf(listener, i, { rows, distances });
      }
    }, 2);
    compared = true;
    yield { ...row, peer: { name: `over ${peer.name}`, value: listeners.length / theirs }, note: world };
  }
  if (!compared) yield { ...row, note: world };
}

function product({ vectors }: ItemSpace, row: number, query: Float32Array): number {
  let sum = 0;
  for (let c = 0; c < DIMENSIONS; c++) sum += vectors[row * DIMENSIONS + c]! * query[c]!;
  return sum;
}

function proposals(
  space: ItemSpace,
  { known }: Listener,
  { distances, rows }: Pick<Neighbors, "rows" | "distances">,
): Proposals {
  return {
    signal: "collaborative",
    rows,
    scores: distances.map(scoreOf),
    reason: likestAmong(space, known.subarray(0, 20)),
  };
}

const permission = (table: TrackTable, { heard }: Listener): Eligibility =>
  eligibilityOfRows(table, { heard, liked: [], saved: [], hidden: [] });

/** Ten tracks of an artist and one album of five tracks each; every twentieth recording was released twice. */
const catalog = ({ ids }: ItemSpace): TrackTable =>
  trackTable(
    ids.map((id, row) => ({
      id,
      recordingId: `rec_${row % 20 === 19 ? row - 1 : row}`,
      albumId: `alb_${Math.floor(row / 5)}`,
      artistIds: [`art_${Math.floor(row / 10)}`],
      plays: Math.floor(1e6 / (1 + ((row * 7919) % ids.length))),
    })),
  );

function invent(table: TrackTable, queries: Float32Array): Listener[] {
  const random = randomStream(2);
  return Array.from({ length: queries.length / DIMENSIONS }, (_, user) => {
    const known = Uint32Array.from({ length: HISTORY }, () => random.below(table.ids.length));
    return {
      query: queries.slice(user * DIMENSIONS, (user + 1) * DIMENSIONS),
      known,
      // Three quarters of what was played in the last 40 days.
      heard: known.filter((_, i) => i % 4 !== 0),
    };
  });
}
