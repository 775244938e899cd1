/** What every implementation of the catalog store must do. */
import type { AudioFeatures } from "@segue/core";
import type { CatalogStore } from "../modules/catalog/catalog-store";
import { hashOf, idOf, type PlantedCatalog } from "./planted-catalog";
import type { SuiteTools } from "./suite-tools";

/** A store with an empty catalog. */
export interface CatalogStoreSubject {
  readonly store: CatalogStore;
  plant(catalog: PlantedCatalog): Promise<void>;
  close(): Promise<void>;
}

const ALL = { offset: 0, limit: 100 };
const [ADA, BOB] = [idOf("artist", "ada"), idOf("artist", "bob")];
const LIST = idOf("playlist", "list");
const OWNER = { id: idOf("user", "owner"), name: "Öwner '🎧'" };
const [FULL, BARE, LATE] = [idOf("album", "full"), idOf("album", "bare"), idOf("album", "late")];
const [ONE, TWO, THREE] = [idOf("track", "one"), idOf("track", "two"), idOf("track", "three")];
const FEATURES: AudioFeatures = {
  tempo: 120.5,
  energy: 0.1,
  valence: 0.2,
  danceability: 0.3,
  acousticness: 0.4,
  speechiness: 0.5,
  instrumentalness: 0.6,
  liveness: 0.7,
};
const COVER = hashOf("cover");

const CATALOG: PlantedCatalog = {
  images: [{ hash: COVER, mime: "image/png", path: "cover" }],
  artists: [
    { id: ADA, name: "Ada \\ %", genres: ["jazz", "dub"], imageHash: COVER, popularity: 0.5 },
    { id: BOB, name: "Bob" },
  ],
  albums: [
    {
      id: FULL,
      title: "Full",
      artists: [BOB, ADA],
      genres: ["dub"],
      releaseDate: "2020-05",
      imageHash: COVER,
    },
    { id: BARE, title: "Bare", artists: [ADA] },
    { id: LATE, title: "Late", artists: [ADA, ADA], releaseDate: "2021" },
  ],
  tracks: [
    {
      id: ONE,
      albumId: FULL,
      title: "One",
      artists: [BOB, ADA],
      disc: 2,
      number: 1,
      durationMs: 1500.5,
      explicit: true,
      popularity: 1,
      isrc: "DEA123456789",
      features: FEATURES,
      mediaState: "ready",
    },
    { id: TWO, albumId: FULL, title: "Two", artists: [ADA], disc: 1, number: 2, popularity: 3 },
    { id: THREE, albumId: FULL, title: "Three", artists: [ADA], disc: 1, number: 1, mediaState: "failed" },
  ],
  playlists: [
    { id: LIST, title: "List", description: "All", owner: OWNER, imageHash: COVER, tracks: [TWO, ONE, TWO] },
  ],
};

const byId = <T extends { readonly id: string }>(list: readonly T[]) =>
  [...list].sort((a, b) => (a.id < b.id ? -1 : 1));

/** @param open Makes a store that nobody else uses */
export function catalogStoreSuite(
  { describe, test, equal }: SuiteTools,
  open: () => Promise<CatalogStoreSubject>,
): void {
  const withCatalog = (name: string, catalog: PlantedCatalog, body: (store: CatalogStore) => Promise<void>) =>
    test(name, async () => {
      const { store, plant, close } = await open();
      try {
        await plant(catalog);
        await body(store);
      } finally {
        await close();
      }
    });

  describe("the catalog", () => {
    withCatalog("gives tracks with their album, artists and features", CATALOG, async (store) => {
      const album = { id: FULL, title: "Full", imageHash: COVER };
      const [bob, ada] = [
        { id: BOB, name: "Bob" },
        { id: ADA, name: "Ada \\ %" },
      ];
      equal(await store.tracks([ONE]), [
        {
          id: ONE,
          recordingId: idOf("recording", ONE),
          title: "One",
          artists: [bob, ada],
          album,
          discNumber: 2,
          trackNumber: 1,
          durationMs: 1500.5,
          explicit: true,
          isrc: "DEA123456789",
          features: FEATURES,
          mediaState: "ready",
        },
      ]);
      const others = await store.tracks([THREE, TWO, idOf("track", "?")]);
      equal(
        byId(others).map(({ id, features, mediaState, isrc, explicit }) => [
          id,
          features,
          mediaState,
          isrc,
          explicit,
        ]),
        byId([
          { id: TWO, state: "preparing" },
          { id: THREE, state: "failed" },
        ]).map(({ id, state }) => [id, null, state, null, false]),
      );
      equal(await store.knownTracks([ONE, idOf("track", "?"), TWO]), new Set([ONE, TWO]));
      equal([await store.tracks([]), await store.knownTracks([])], [[], new Set()]);
    });

    withCatalog("gives albums with their artists and what their tracks come to", CATALOG, async (store) => {
      equal(await store.albums([FULL, idOf("album", "?")]), [
        {
          id: FULL,
          title: "Full",
          artists: [
            { id: BOB, name: "Bob" },
            { id: ADA, name: "Ada \\ %" },
          ],
          imageHash: COVER,
          releaseDate: "2020-05",
          genres: ["dub"],
          trackCount: 3,
          durationMs: 3500.5,
        },
      ]);
      const [bare] = await store.albums([BARE]);
      equal([bare?.trackCount, bare?.durationMs, bare?.releaseDate, bare?.imageHash], [0, 0, null, null]);
      equal((await store.albums([FULL, BARE, LATE, FULL])).length, 3);
    });

    withCatalog("gives artists and playlists", CATALOG, async (store) => {
      equal(byId(await store.artists([BOB, ADA, idOf("artist", "?")])), [
        ...byId([
          { id: ADA, name: "Ada \\ %", genres: ["jazz", "dub"], imageHash: COVER },
          { id: BOB, name: "Bob", genres: [], imageHash: null },
        ]),
      ]);
      equal(await store.playlists([LIST, idOf("playlist", "?")]), [
        { id: LIST, title: "List", description: "All", owner: OWNER, imageHash: COVER, trackCount: 3 },
      ]);
    });

    withCatalog("lists the tracks of collections in their order", CATALOG, async (store) => {
      equal(await store.trackIds("album", FULL, ALL), [THREE, TWO, ONE]);
      equal(await store.trackIds("artist", ADA, ALL), [TWO, ONE, THREE]);
      equal(await store.trackIds("playlist", LIST, ALL), [TWO, ONE, TWO]);
      for (const [kind, id] of [
        ["album", FULL],
        ["artist", ADA],
        ["playlist", LIST],
      ] as const)
        equal((await store.trackIds(kind, id, { offset: 1, limit: 1 }))?.length, 1);
      equal(await store.trackIds("playlist", LIST, { offset: 1, limit: 1 }), [ONE]);
      equal(await store.trackIds("album", BARE, ALL), []);
      for (const kind of ["album", "artist", "playlist"] as const)
        equal(await store.trackIds(kind, idOf(kind, "?"), ALL), null);
    });

    withCatalog("lists an artist's albums once each, the newest first", CATALOG, async (store) => {
      equal(await store.albumIds(ADA, ALL), [LATE, FULL, BARE]);
      equal(await store.albumIds(ADA, { offset: 1, limit: 1 }), [FULL]);
      equal([await store.albumIds(BOB, ALL), await store.albumIds(idOf("artist", "?"), ALL)], [[FULL], []]);
    });
  });

  describe("a shelf", () => {
    const ranks = [
      ["a", 1],
      ["b", 3],
      ["c", 1],
      ["d", 2],
    ] as const;
    const ranked: PlantedCatalog = {
      albums: ranks.map(([name, popularity]) => ({ id: idOf("album", name), popularity })),
      artists: ranks.map(([name, popularity]) => ({ id: idOf("artist", name), popularity })),
      playlists: ranks.map(([name, popularity]) => ({
        id: idOf("playlist", name),
        popularity,
        owner: OWNER,
      })),
    };
    withCatalog("has the most popular first, then by id", ranked, async (store) => {
      for (const [kind, read] of [
        ["album", store.popularAlbums],
        ["artist", store.popularArtists],
        ["playlist", store.popularPlaylists],
      ] as const) {
        const tied = ["a", "c"].map((name) => idOf(kind, name)).sort();
        equal(await read(10), [idOf(kind, "b"), idOf(kind, "d"), ...tied]);
        equal(await read(3), [idOf(kind, "b"), idOf(kind, "d"), tied[0]]);
      }
    });
    const dates: PlantedCatalog = {
      albums: [
        { id: idOf("album", "undated") },
        { id: idOf("album", "undated too") },
        { id: idOf("album", "old"), releaseDate: "1999" },
        { id: idOf("album", "new"), releaseDate: "2021-01-02" },
        { id: idOf("album", "as new"), releaseDate: "2021-01-02" },
      ],
    };
    withCatalog("has the newest first, and those without a date last", dates, async (store) => {
      const of = (...names: readonly string[]) => names.map((name) => idOf("album", name)).sort();
      const expected = [...of("new", "as new"), idOf("album", "old"), ...of("undated", "undated too")];
      for (const limit of [1, 2, 3, 4, 5, 12])
        equal(await store.newestAlbums(limit), expected.slice(0, limit));
    });
  });
}
