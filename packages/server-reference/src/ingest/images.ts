import { createHash } from "node:crypto";
import { ContentStore } from "../adapters/files/content-store";
import { sniffPicture } from "../production/read/picture";

/** A picture that lies in the image store. */
export interface StoredImage {
  readonly hash: string;
  readonly mime: string;
  readonly byteLength: number;
}

/** Stores a cover that a master brings; null for what is no picture that a player should draw. */
export async function storeCover(imageRoot: string, bytes: Uint8Array): Promise<StoredImage | null> {
  const mime = sniffPicture(bytes);
  return mime ? storeImage(new ContentStore(imageRoot), mime, bytes) : null;
}

/** Stores a picture under the hash of its bytes. */
export async function storeImage(store: ContentStore, mime: string, bytes: Uint8Array): Promise<StoredImage> {
  const hash = createHash("sha256").update(bytes).digest("hex");
  await store.put(hash, bytes);
  return { hash, mime, byteLength: bytes.length };
}
