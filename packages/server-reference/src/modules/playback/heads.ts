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
import { HEAD_URL_MS } from "../media/limits";
import type { MediaUrlSigner } from "../media/media-url";
import { choosePlayable, type Listening } from "./choose";
import type { GrantUser, PlayableTrack, PlayableTracks } from "./types";

/** The head of the rendition that a grant for `listening` would choose; null when it would refuse. */
function headOf(
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

/** What heads are made from. */
export interface HeadPorts {
  readonly playable: PlayableTracks;
  readonly license: { revokedKeys(): Promise<ReadonlySet<KeyId>> };
  readonly signer: MediaUrlSigner;
  readonly now: () => Milliseconds;
  /** What a head's URL says about whom it was made for. Default nothing. */
  readonly holderNote?: (userId: string) => string;
}

/** Makes heads. */
export class Heads {
  readonly #ports: HeadPorts;

  constructor(ports: HeadPorts) {
    this.#ports = ports;
  }

  /** Heads of the playable tracks among `trackIds`, in one or two queries at most. */
  async of(
    trackIds: readonly TrackId[],
    user: GrantUser,
    wishes: HeadWishes,
  ): Promise<ReadonlyMap<TrackId, HeadRef>> {
    const { playable, license, signer, now, holderNote } = this.#ports;
    const [tracks, revoked] = [await playable.tracks(trackIds), await license.revokedKeys()];
    const nowMs = now();
    const listening = { ...user, ...wishes };
    const heads = new Map<TrackId, HeadRef>();
    for (const [id, track] of tracks) {
      const head = headOf(signer, track, listening, revoked, nowMs, HEAD_URL_MS, holderNote?.(user.id));
      if (head !== null) heads.set(id, head);
    }
    return heads;
  }
}
