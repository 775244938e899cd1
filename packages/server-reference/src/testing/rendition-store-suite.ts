/** What every implementation of the store of renditions must do. */
import type { RenditionStore } from "../modules/media/rendition-store";
import { idOf, type PlantedCatalog, renditionOf } from "./planted-catalog";
import type { SuiteTools } from "./suite-tools";

/** A store without renditions. */
export interface RenditionStoreSubject {
  readonly store: RenditionStore;
  plant(catalog: PlantedCatalog): Promise<void>;
  close(): Promise<void>;
}

/** @param open Makes a store that nobody else uses */
export function renditionStoreSuite(
  { describe, test, equal }: SuiteTools,
  open: () => Promise<RenditionStoreSubject>,
): void {
  const [id, other] = [idOf("track", "a"), idOf("track", "b")];
  const albumId = idOf("album", "a");
  const [low, high, aac] = [
    renditionOf("low"),
    renditionOf("high", { tier: 320 }),
    renditionOf("aac", { codec: "aac", tier: 256 }),
  ];
  const again = renditionOf("low again", { tier: 24 });
  const withStore = (name: string, body: (subject: RenditionStoreSubject) => Promise<void>) =>
    test(name, async () => {
      const subject = await open();
      try {
        await body(subject);
      } finally {
        await subject.close();
      }
    });

  describe("renditions", () => {
    withStore("have tiers by codec, each once, the lowest first", async ({ store, plant }) => {
      equal([await store.tiers("vorbis"), await store.tiers("aac")], [[], []]);
      const tracks = [
        { id, albumId, renditions: [high, low, aac] },
        { id: other, albumId, renditions: [again, { ...renditionOf("high again"), tier: 320 as const }] },
      ];
      await plant({ albums: [{ id: albumId }], tracks });
      equal([await store.tiers("vorbis"), await store.tiers("aac")], [[24, 96, 320], [256]]);
    });
    withStore("have keys, one by one and by track", async ({ store, plant }) => {
      const tracks = [
        { id, albumId, renditions: [low, high] },
        { id: other, albumId, renditions: [again] },
      ];
      await plant({ albums: [{ id: albumId }], tracks });
      equal([await store.keysOf(high.id), await store.keysOf(idOf("rendition", "?"))], [[high.keyId], []]);
      equal(
        [await store.keysOf(id), await store.keysOf(idOf("track", "?"))],
        [[low.keyId, high.keyId].sort(), []],
      );
    });
  });
}
