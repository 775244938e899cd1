/** Tracks for grants and heads: those that are ready are kept in memory, with the content keys of their renditions. */
import { deriveContentKey, type Milliseconds, type TrackId } from "@segue/core";
import { LRUCache } from "lru-cache";
import { nodeCrypto } from "../../node-crypto";
import type { PlayableStore, StoredRendition, StoredTrack } from "./playable-store";
import type { PlayableRendition, PlayableTrack, PlayableTracks } from "./types";

/** A change of a ready track, such as a takedown, is seen after at most this long. */
const FRESH_MS = 2000;
const KEPT = 20_000;

/** Reads tracks of `store` when they are not fresh. */
export class CachedTracks implements PlayableTracks {
  readonly #store: PlayableStore;
  readonly #contentSecret: Uint8Array;
  readonly #now: () => Milliseconds;
  readonly #kept = new LRUCache<TrackId, { readonly track: PlayableTrack; readonly readAtMs: Milliseconds }>({
    max: KEPT,
  });
  readonly #contentKeys = new LRUCache<string, Uint8Array>({ max: 4 * KEPT });

  /** @param contentSecret secret from which content keys derive */
  constructor(store: PlayableStore, contentSecret: Uint8Array, now: () => Milliseconds) {
    this.#store = store;
    this.#contentSecret = contentSecret;
    this.#now = now;
  }

  async tracks(ids: readonly TrackId[]): Promise<ReadonlyMap<TrackId, PlayableTrack>> {
    const now = this.#now();
    const found = new Map<TrackId, PlayableTrack>();
    const missing: TrackId[] = [];
    for (const id of ids) {
      const kept = this.#kept.get(id);
      if (kept && Math.abs(now - kept.readAtMs) < FRESH_MS) found.set(id, kept.track);
      else missing.push(id);
    }
    if (missing.length === 0) return found;
    for (const stored of await this.#store.tracks(missing)) {
      const track = this.#track(stored);
      found.set(track.id, track);
      if (track.mediaState === "ready") this.#kept.set(track.id, { track, readAtMs: now });
      else this.#kept.delete(track.id);
    }
    return found;
  }

  #track({ renditions, ...track }: StoredTrack): PlayableTrack {
    return { ...track, renditions: renditions.map((rendition) => this.#rendition(rendition)) };
  }

  #rendition({ plaintextHash, ...rendition }: StoredRendition): PlayableRendition {
    return { ...rendition, contentKey: this.#contentKey(plaintextHash) };
  }

  #contentKey(plaintextHash: string): Uint8Array {
    const held = this.#contentKeys.get(plaintextHash);
    if (held) return held;
    const key = deriveContentKey(nodeCrypto, this.#contentSecret, Buffer.from(plaintextHash, "hex"));
    this.#contentKeys.set(plaintextHash, key);
    return key;
  }
}
