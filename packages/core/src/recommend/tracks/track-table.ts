import { MAX_ROWS } from "../item-space";
import { refuse } from "../refuse";
import { type Spellings, spellings } from "./spellings";

/** What a recommendation must know of a track. */
export interface RecommendableTrack {
  readonly id: string;
  /** The same for every release of one performance. */
  readonly recordingId: string;
  readonly albumId: string;
  /** The main artist first; at least one. */
  readonly artistIds: readonly string[];
  readonly genres?: readonly string[];
  /** How often it was played, in any unit that is the same for all tracks; at least 0. */
  readonly plays: number;
}

/** A catalog in columns: row by row, with small whole numbers in place of ids. */
export interface TrackTable {
  readonly tracks: readonly RecommendableTrack[];
  readonly ids: readonly string[];
  /** The same ids, for whoever hashes many of them. */
  readonly spellings: Spellings;
  readonly rowOf: ReadonlyMap<string, number>;
  readonly rowsOfAlbum: ReadonlyMap<string, readonly number[]>;
  readonly recordings: Int32Array;
  readonly albums: Int32Array;
  /** The main artist of each row. */
  readonly artists: Int32Array;
  readonly artistIds: readonly string[];
  /** Self-information −log2 of a track's share of all plays, divided by the largest of the table: 0 to 1. */
  readonly rarity: Float32Array;
}

/**
 * Puts `tracks` into columns; their order is the order of rows.
 * Throws `invalid_argument` for an id that occurs twice, a track without an artist, and plays that are no number of at least 0.
 */
export function trackTable(tracks: readonly RecommendableTrack[]): TrackTable {
  if (tracks.length > MAX_ROWS) refuse(`A table holds ${MAX_ROWS} tracks at most.`);
  const rowOf = new Map<string, number>();
  const rowsOfAlbum = new Map<string, number[]>();
  const recordings = new Names();
  const albums = new Names();
  const artists = new Names();
  const columns = [0, 1, 2].map(() => new Int32Array(tracks.length));
  for (const [row, track] of tracks.entries()) {
    if (rowOf.has(track.id)) refuse(`${track.id} occurs twice.`);
    if (track.artistIds.length === 0) refuse(`${track.id} has no artist.`);
    if (!(track.plays >= 0 && track.plays < Number.POSITIVE_INFINITY))
      refuse(`${track.id} has ${track.plays} plays.`);
    rowOf.set(track.id, row);
    const album = rowsOfAlbum.get(track.albumId);
    if (album) album.push(row);
    else rowsOfAlbum.set(track.albumId, [row]);
    columns[0]![row] = recordings.number(track.recordingId);
    columns[1]![row] = albums.number(track.albumId);
    columns[2]![row] = artists.number(track.artistIds[0]!);
  }
  const ids = tracks.map(({ id }) => id);
  return {
    tracks,
    ids,
    spellings: spellings(ids),
    rowOf,
    rowsOfAlbum,
    recordings: columns[0]!,
    albums: columns[1]!,
    artists: columns[2]!,
    artistIds: artists.names,
    rarity: rarityOf(tracks),
  };
}

/** Every track counts one play more than it has, so that an unplayed one is rare and not infinitely so. */
function rarityOf(tracks: readonly RecommendableTrack[]): Float32Array {
  const total = tracks.reduce((sum, track) => sum + track.plays + 1, 0);
  const bits = tracks.map((track) => Math.log2(total / (track.plays + 1)));
  const most = bits.reduce((a, b) => Math.max(a, b), 0);
  return Float32Array.from(bits, (value) => (most > 0 ? value / most : 0));
}

class Names {
  readonly names: string[] = [];
  readonly #numbers = new Map<string, number>();

  number(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.names.push(name) - 1;
      this.#numbers.set(name, number);
    }
    return number;
  }
}

/** The row of `table` for each row of a space with these ids; −1 for an item that is no track of the table. */
export function tableRows(ids: readonly string[], table: TrackTable): Int32Array {
  return Int32Array.from(ids, (id) => table.rowOf.get(id) ?? -1);
}
