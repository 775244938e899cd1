import { ContentStore } from "../adapters/files/content-store";
import type { Master } from "../production/read/master";
import { sniffPicture } from "../production/read/picture";
import { isLossless, type MasterFormat } from "../production/read/sniff";
import { readTags, type Tags } from "../production/read/tags";
import { type StoredImage, storeImage } from "./images";

/** What a file says of itself. */
export interface Probed {
  readonly kind: "probed";
  /** Lower-case hex SHA-256 of the file. */
  readonly contentHash: string;
  readonly format: MasterFormat;
  readonly lossless: boolean;
  readonly tags: Omit<Tags, "cover">;
  readonly cover: StoredImage | null;
}

/** Reads what `master` says of itself, and keeps its cover. */
export async function probe(
  master: Master,
  { path, imageRoot }: { readonly path: string; readonly imageRoot: string },
): Promise<Probed> {
  const { format, contentHash } = master;
  const { cover: bytes, ...tags } = await readTags(master, path);
  const mime = bytes && sniffPicture(bytes);
  const cover = mime ? await storeImage(new ContentStore(imageRoot), mime, bytes) : null;
  return { kind: "probed", contentHash, format, lossless: isLossless(format), tags, cover };
}
