/** What every implementation of the image store must do. */
import type { ImageStore } from "../modules/images/image-store";
import { hashOf, type PlantedCatalog } from "./planted-catalog";
import type { SuiteTools } from "./suite-tools";

/** A store without pictures. */
export interface ImageStoreSubject {
  readonly store: ImageStore;
  plant(catalog: PlantedCatalog): Promise<void>;
  close(): Promise<void>;
}

/** @param open Makes a store that nobody else uses */
export function imageStoreSuite(
  { describe, test, equal }: SuiteTools,
  open: () => Promise<ImageStoreSubject>,
): void {
  describe("a picture", () => {
    test("is found by its hash", async () => {
      const { store, plant, close } = await open();
      try {
        const image = { mime: "image/webp", path: "images/ab/ü 'x'" };
        await plant({ images: [{ hash: hashOf("a"), ...image }] });
        equal([await store.find(hashOf("a")), await store.find(hashOf("b"))], [image, null]);
      } finally {
        await close();
      }
    });
  });
}
