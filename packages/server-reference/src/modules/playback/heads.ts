/** Heads: where the first bytes of the rendition that a listener will most likely be granted can be fetched. */
import type { HeadRef, KeyId, Milliseconds } from "@segue/core";
import type { MediaUrlSigner } from "../media/media-url";
import { choosePlayable, type Listening } from "./choose";
import type { PlayableTrack } from "./types";

/** Bytes of a head: 8 segments. */
export const HEAD_BYTES = 131_072;

/** The head of the rendition that a grant for `listening` would choose; null when it would refuse. */
export function headOf(
  signer: MediaUrlSigner,
  track: PlayableTrack,
  listening: Listening,
  revoked: ReadonlySet<KeyId>,
  nowMs: Milliseconds,
  ttlMs: Milliseconds,
): HeadRef | null {
  const choice = choosePlayable(track, listening, revoked, nowMs);
  if (choice.kind !== "rendition") return null;
  const { hash, byteLength, renditionId } = choice.rendition;
  const max = Math.min(byteLength, HEAD_BYTES);
  const { url, expiresAtMs } = signer.sign({ hash, max }, nowMs, ttlMs);
  return { renditionId, url, byteLength: max, expiresAt: expiresAtMs };
}
