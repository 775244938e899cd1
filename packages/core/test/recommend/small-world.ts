import { bruteForceIndex } from "../../src/recommend/neighbors/brute-force";
import { unitSpace } from "../../src/recommend/neighbors/unit-space";
import { randomStream } from "../../src/recommend/random";
import { tableRows, trackTable } from "../../src/recommend/tracks/track-table";

const DIMENSIONS = 16;

/** A catalog of several styles: tracks of a style point the same way, in taste and in sound. Every tenth has a second release. */
export function smallWorld({ tracks = 600, styles = 5, perArtist = 4, seed = 1 } = {}) {
  const random = randomStream(seed);
  const directions = Array.from({ length: styles }, () =>
    Array.from({ length: DIMENSIONS }, () => random.gaussian()),
  );
  const table = trackTable(
    Array.from({ length: tracks }, (_, i) => ({
      id: `t${String(i).padStart(4, "0")}`,
      recordingId: `r${i % 10 === 9 ? i - 1 : i}`,
      albumId: `b${Math.floor(i / perArtist)}`,
      artistIds: [`a${Math.floor(i / perArtist)}`],
      plays: random.below(1000),
    })),
  );
  const styleOf = (row: number) => Math.floor(row / perArtist) % styles;
  const around = (dimensions: number, noise: number) =>
    Float32Array.from({ length: tracks * dimensions }, (_, i) => {
      const style = styleOf(Math.floor(i / dimensions));
      return directions[style]![i % dimensions]! + noise * random.gaussian();
    });
  const space = unitSpace({ ids: table.ids, dimensions: DIMENSIONS, vectors: around(DIMENSIONS, 0.4) });
  const audio = { ids: table.ids, dimensions: 8, vectors: around(8, 0.5) };
  return {
    table,
    styleOf,
    space,
    index: bruteForceIndex(space, "inner-product"),
    audio,
    audioIndex: bruteForceIndex(audio, "squared-l2"),
    rows: tableRows(space.ids, table),
  };
}
export type SmallWorld = ReturnType<typeof smallWorld>;
