import { type MediaObject, openSegment, SEGMENT_BYTES, SegueError } from "@segue/core";
import type { EngineItem } from "../../ports/engine";
import type { LicenseGate } from "../license-gate";
import { DecryptingReader } from "./decrypting-reader";
import type { RangeFetcher } from "./range-fetcher";

/** Ten hours of the largest tier. */
const LARGEST_OBJECT = 2 ** 31;

/** Why a media object cannot be one, or null. */
export function refusalOf(media: MediaObject): SegueError | null {
  const sized =
    media.segmentBytes === SEGMENT_BYTES && media.byteLength > 0 && media.byteLength <= LARGEST_OBJECT;
  return sized ? null : new SegueError("protocol", { detail: "the manifest's sizes are not allowed" });
}

/** The plaintext of an item, as far as the license gate lets it be read. */
export function openReader(item: EngineItem, fetcher: RangeFetcher, gate: LicenseGate): DecryptingReader {
  const { media } = item.manifest;
  const open = (ciphertext: Uint8Array, index: number) =>
    openSegment(globalThis.crypto, item.segmentKey, media.noncePrefix, index, media.byteLength, ciphertext);
  return new DecryptingReader(media, fetcher, open, () => gate.ask(media.keyId));
}
