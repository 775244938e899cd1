/** The catalog as it travels: in the order that was asked for, with URLs of pictures and heads. */
import type { Album, Artist, HeadRef, Playlist, Track, TrackId } from "@segue/core";
import type { CatalogStore, StoredTrack } from "./catalog-store";
import { imageUrl } from "./image-url";

/** Heads of some tracks, by track. */
export type HeadsOf = (ids: readonly TrackId[]) => Promise<ReadonlyMap<TrackId, HeadRef>>;

/** The catalog. What is asked for by ids comes in their order, without those that do not exist. */
export interface Catalog {
  /** Duplicates among `ids` come as often as they are asked for. */
  tracks(ids: readonly string[], headsOf: HeadsOf): Promise<readonly Track[]>;
  albums(ids: readonly string[]): Promise<readonly Album[]>;
  artists(ids: readonly string[]): Promise<readonly Artist[]>;
  playlists(ids: readonly string[]): Promise<readonly Playlist[]>;
}

type Identified = { readonly id: string };

function inOrder<T extends Identified>(ids: readonly string[], found: readonly T[]): readonly T[] {
  const byId = new Map<string, T>(found.map((one) => [one.id, one]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** `stored` with the path of its picture. */
function shown<T extends { readonly imageHash: string | null }>(stored: T) {
  const { imageHash, ...rest } = stored;
  return { ...rest, imageUrl: imageUrl(imageHash) };
}

/** Reads what is asked for by ids, where anything is. */
const reading =
  <Stored extends Identified & { readonly imageHash: string | null }>(
    read: (ids: readonly string[]) => Promise<readonly Stored[]>,
  ) =>
  async (ids: readonly string[]) =>
    ids.length === 0 ? [] : inOrder(ids, (await read(ids)).map(shown));

const withHead = ({ album, ...track }: StoredTrack, head: HeadRef | null): Track => ({
  ...track,
  album: shown(album),
  head,
});

/** The catalog in `store`. */
export function catalogOf(store: CatalogStore): Catalog {
  return {
    albums: reading((ids) => store.albums(ids)),
    artists: reading((ids) => store.artists(ids)),
    playlists: reading((ids) => store.playlists(ids)),
    async tracks(ids, headsOf) {
      const unique = [...new Set(ids)];
      if (unique.length === 0) return [];
      const [stored, heads] = await Promise.all([store.tracks(unique), headsOf(unique as TrackId[])]);
      return inOrder(
        ids,
        stored.map((track) => withHead(track, heads.get(track.id) ?? null)),
      );
    },
  };
}
