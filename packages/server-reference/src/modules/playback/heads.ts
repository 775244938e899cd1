/** Heads: where the first bytes of the rendition that a listener will most likely be granted can be fetched. */
import {
  type Codec,
  type DeviceType,
  firstRangeBytes,
  type HeadRef,
  type KeyId,
  type Milliseconds,
  type TrackId,
} from "@segue/core";
import type { ServerContext } from "../../context";
import type { MediaUrlSigner } from "../media/media-url";
import { holderNote } from "../sandbox/holder-note";
import { choosePlayable, type Listening } from "./choose";
import { playbackServices } from "./services";
import type { GrantUser, PlayableTrack } from "./types";

/** The head of the rendition that a grant for `listening` would choose; null when it would refuse. */
export function headOf(
  signer: MediaUrlSigner,
  track: PlayableTrack,
  listening: Listening,
  revoked: ReadonlySet<KeyId>,
  nowMs: Milliseconds,
  ttlMs: Milliseconds,
  holder?: string,
): HeadRef | null {
  const choice = choosePlayable(track, listening, revoked, nowMs);
  if (choice.kind !== "rendition") return null;
  const { hash, byteLength, id, tier } = choice.rendition;
  // No more than a start needs: on a slow link the grant's answer waits behind these bytes.
  const max = Math.min(byteLength, firstRangeBytes(tier * 1000));
  const { url, expiresAtMs } = signer.sign({ hash, max }, nowMs, ttlMs, holder);
  return { renditionId: id, url, byteLength: max, expiresAt: expiresAtMs };
}

/** What the caller decodes and plays on. */
export interface HeadWishes {
  /** Best first. */
  readonly codecs: readonly Codec[];
  readonly deviceType: DeviceType;
}

/** How long a head's URL works at least: as long as a page with a list is likely to stay open. */
const HEAD_TTL_MS = 2 * 3_600_000;

/** Heads of the playable tracks among `trackIds`, in one or two queries at most. */
export async function headsFor(
  context: ServerContext,
  trackIds: readonly TrackId[],
  user: GrantUser,
  wishes: HeadWishes,
): Promise<ReadonlyMap<TrackId, HeadRef>> {
  const { playable, licenses, signer } = playbackServices(context);
  const [tracks, revoked] = [await playable.tracks(trackIds), await licenses.revokedSet()];
  const now = context.now();
  const listening = { ...user, ...wishes };
  const holder = context.sandbox ? holderNote(user.id) : undefined;
  const heads = new Map<TrackId, HeadRef>();
  for (const [id, track] of tracks) {
    const head = headOf(signer, track, listening, revoked, now, HEAD_TTL_MS, holder);
    if (head !== null) heads.set(id, head);
  }
  return heads;
}

/** The head of one track, or null when it would not be granted. For lists, `headsFor` is cheaper. */
export async function headFor(
  context: ServerContext,
  trackId: TrackId,
  user: GrantUser,
  wishes: HeadWishes,
): Promise<HeadRef | null> {
  return (await headsFor(context, [trackId], user, wishes)).get(trackId) ?? null;
}
