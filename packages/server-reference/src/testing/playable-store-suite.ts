/** What every implementation of the store of playable tracks must do. */
import { TARGET_LUFS, type TrackId } from "@segue/core";
import type { PlayableStore, StoredRendition, StoredTrack } from "../modules/playback/playable-store";
import { idOf, type PlantedCatalog, type PlantedTrack, renditionOf } from "./planted-catalog";
import type { SuiteTools } from "./suite-tools";

/** A store without tracks. */
export interface PlayableStoreSubject {
  readonly store: PlayableStore;
  plant(catalog: PlantedCatalog): Promise<void>;
  close(): Promise<void>;
}

const ALBUM = idOf("album", "a");
const LOUDNESS = { trackLufs: -9.5, trackPeak: 0.5, albumLufs: -10.25, albumPeak: 0.75 };
const AS_IT_IS = { trackLufs: TARGET_LUFS, trackPeak: 1, albumLufs: TARGET_LUFS, albumPeak: 1 };
const planting = (name: string, more: Partial<PlantedTrack> = {}): PlantedTrack => ({
  id: idOf("track", name),
  albumId: ALBUM,
  ...more,
});
const byId = <T extends { readonly id: string }>(list: readonly T[]) =>
  [...list].sort((a, b) => (a.id < b.id ? -1 : 1));

/** @param open Makes a store that nobody else uses */
export function playableStoreSuite(
  { describe, test, equal }: SuiteTools,
  open: () => Promise<PlayableStoreSubject>,
): void {
  const withTracks = (
    name: string,
    tracks: readonly PlantedTrack[],
    body: (read: (...ids: readonly TrackId[]) => Promise<readonly StoredTrack[]>) => Promise<void>,
  ) =>
    test(name, async () => {
      const { store, plant, close } = await open();
      try {
        await plant({ albums: [{ id: ALBUM }], tracks });
        await body(async (...ids) =>
          byId(await store.tracks(ids)).map((track) => ({ ...track, renditions: byId(track.renditions) })),
        );
      } finally {
        await close();
      }
    });

  describe("a playable track", () => {
    const ladder = [renditionOf("low"), renditionOf("high", { tier: 320, channels: 1 })];
    const aac = renditionOf("aac", { codec: "aac", tier: 256, byteLength: 2 ** 40 });
    const availability = { markets: ["DE", "AT"], from: 5, until: 7 };
    const full = planting("full", {
      explicit: true,
      availability,
      mediaState: "ready",
      loudness: LOUDNESS,
      renditions: [...ladder, aac],
    });
    const heard = (
      all: readonly Omit<StoredRendition, "loudness">[],
      loudness: StoredRendition["loudness"],
    ) => byId(all.map((one) => ({ ...one, loudness })));

    withTracks("comes with its rights, its renditions and their loudness", [full], async (read) => {
      const renditions = heard([...ladder, aac], LOUDNESS);
      equal(await read(full.id), [
        { id: full.id, explicit: true, availability, mediaState: "ready", renditions },
      ]);
    });
    const plain = planting("plain", { mediaState: "ready", renditions: [renditionOf("plain")] });
    withTracks("that was never measured is played as it is", [plain], async (read) => {
      const renditions = heard([renditionOf("plain")], AS_IT_IS);
      equal(await read(plain.id), [
        { id: plain.id, explicit: false, availability: {}, mediaState: "ready", renditions },
      ]);
    });
    const states = [
      planting("unknown", { renditions: [renditionOf("u")] }),
      planting("preparing", { mediaState: "preparing", renditions: [renditionOf("p")] }),
      planting("failed", { mediaState: "failed", renditions: [renditionOf("f")] }),
      planting("silent", { mediaState: "ready" }),
    ];
    withTracks("has renditions when it is ready", states, async (read) => {
      const found = await read(...states.map(({ id }) => id));
      const said = new Map(
        found.map(({ id, mediaState, renditions }) => [id, [mediaState, renditions.length]]),
      );
      equal(
        states.map(({ id }) => said.get(id)),
        [
          ["preparing", 0],
          ["preparing", 0],
          ["failed", 0],
          ["ready", 0],
        ],
      );
    });
    const many = Array.from({ length: 50 }, (_, i) =>
      planting(`t${i}`, { mediaState: "ready", renditions: [renditionOf(`r${i}`)] }),
    );
    withTracks("is found once, among those that are asked for", many, async (read) => {
      const ids = many.map(({ id }) => id);
      equal([await read(), await read(idOf("track", "nobody's"))], [[], []]);
      const [first, second] = ids;
      equal((await read(first!, idOf("track", "nobody's"), second!, first!)).length, 2);
      const found = await read(...ids);
      equal(
        found.map(({ id, renditions }) => [id, renditions[0]?.id]),
        byId(many).map(({ id, renditions }) => [id, renditions![0]!.id]),
      );
    });
  });
}
