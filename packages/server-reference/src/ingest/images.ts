import { createHash } from "node:crypto";
import type { ContentStore } from "../adapters/files/content-store";

/** A picture that lies in the image store. */
export interface StoredImage {
  readonly hash: string;
  readonly mime: string;
  readonly byteLength: number;
}

/** Stores a picture under the hash of its bytes. */
export async function storeImage(store: ContentStore, mime: string, bytes: Uint8Array): Promise<StoredImage> {
  const hash = createHash("sha256").update(bytes).digest("hex");
  await store.put(hash, bytes);
  return { hash, mime, byteLength: bytes.length };
}
