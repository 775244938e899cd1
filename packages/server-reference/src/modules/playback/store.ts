/** What grants and heads read of the catalog, with the renditions of ready tracks kept in memory. */
import {
  type Availability,
  deriveContentKey,
  type KeyId,
  type Milliseconds,
  type RenditionId,
  TARGET_LUFS,
  type Tier,
  type TrackId,
} from "@segue/core";
import { LRUCache } from "lru-cache";
import type { Db, RenditionsTable, TrackLoudnessTable, TracksTable } from "../../adapters/sql/tables";
import { nodeCrypto } from "../../node-crypto";
import type { PlayableRendition, PlayableTrack, PlayableTracks } from "./types";

/** A change of a ready track, such as a takedown, is seen after at most this long. */
const FRESH_MS = 2000;
const KEPT = 20_000;

type TrackRow = Pick<TracksTable, "id" | "markets" | "available_from" | "available_until"> & {
  readonly explicit: 0 | 1;
  readonly state: "ready" | "preparing" | "failed" | null;
} & { readonly [K in Exclude<keyof TrackLoudnessTable, "track_id">]: number | null };

/** Reads tracks for grants. */
export class PlayableStore implements PlayableTracks {
  readonly #kept = new LRUCache<TrackId, { readonly track: PlayableTrack; readonly readAtMs: Milliseconds }>({
    max: KEPT,
  });
  readonly #contentKeys = new LRUCache<string, Uint8Array>({ max: 4 * KEPT });

  /** @param contentSecret secret from which content keys derive */
  constructor(
    private readonly db: Db,
    private readonly contentSecret: Uint8Array,
    private readonly now: () => Milliseconds,
  ) {}

  async tracks(ids: readonly TrackId[]): Promise<ReadonlyMap<TrackId, PlayableTrack>> {
    const now = this.now();
    const found = new Map<TrackId, PlayableTrack>();
    const missing: TrackId[] = [];
    for (const id of ids) {
      const kept = this.#kept.get(id);
      if (kept && Math.abs(now - kept.readAtMs) < FRESH_MS) found.set(id, kept.track);
      else missing.push(id);
    }
    if (missing.length === 0) return found;
    for (const track of await this.#read(missing)) {
      found.set(track.id, track);
      if (track.mediaState === "ready") this.#kept.set(track.id, { track, readAtMs: now });
      else this.#kept.delete(track.id);
    }
    return found;
  }

  /** Forgets what is kept in memory, after a change that shall be seen at once. */
  forget(): void {
    this.#kept.clear();
  }

  async #read(ids: readonly TrackId[]): Promise<readonly PlayableTrack[]> {
    const tracks = await this.db
      .selectFrom("tracks")
      .leftJoin("media_states", "media_states.track_id", "tracks.id")
      .leftJoin("track_loudness", "track_loudness.track_id", "tracks.id")
      .select(["tracks.id", "explicit", "markets", "available_from", "available_until", "media_states.state"])
      .select(["track_lufs", "track_peak", "album_lufs", "album_peak"])
      .where("tracks.id", "in", ids)
      .execute();
    const ready = tracks.filter((row) => row.state === "ready").map((row) => row.id);
    const renditions =
      ready.length === 0
        ? []
        : await this.db.selectFrom("renditions").selectAll().where("track_id", "in", ready).execute();
    return tracks.map((row) =>
      this.#track(
        row,
        renditions.filter((rendition) => rendition.track_id === row.id),
      ),
    );
  }

  #track(row: TrackRow, renditions: readonly RenditionsTable[]): PlayableTrack {
    const availability: Availability = {
      ...(row.markets === null ? {} : { markets: JSON.parse(row.markets) as string[] }),
      ...(row.available_from === null ? {} : { from: row.available_from }),
      ...(row.available_until === null ? {} : { until: row.available_until }),
    };
    return {
      id: row.id as TrackId,
      explicit: row.explicit === 1,
      availability,
      mediaState: row.state ?? "preparing",
      renditions: renditions.map((rendition) => this.#rendition(rendition, row)),
    };
  }

  #rendition(row: RenditionsTable, loudness: TrackRow): PlayableRendition {
    return {
      id: row.id as RenditionId,
      codec: row.codec,
      tier: row.tier as Tier,
      sampleRateHz: row.sample_rate,
      channels: row.channels as 1 | 2,
      trimStartFrames: row.trim_start,
      trimEndFrames: row.trim_end,
      totalFrames: row.total_frames,
      // A track that was never measured is played as it is.
      loudness: {
        trackLufs: loudness.track_lufs ?? TARGET_LUFS,
        trackPeak: loudness.track_peak ?? 1,
        albumLufs: loudness.album_lufs ?? loudness.track_lufs ?? TARGET_LUFS,
        albumPeak: loudness.album_peak ?? loudness.track_peak ?? 1,
      },
      hash: row.media_hash,
      byteLength: row.byte_length,
      keyId: row.key_id as KeyId,
      salt: new Uint8Array(row.salt),
      noncePrefix: new Uint8Array(row.nonce_prefix),
      contentKey: this.#contentKey(row.plaintext_hash),
    };
  }

  #contentKey(plaintextHash: string): Uint8Array {
    const held = this.#contentKeys.get(plaintextHash);
    if (held) return held;
    const key = deriveContentKey(nodeCrypto, this.contentSecret, Buffer.from(plaintextHash, "hex"));
    this.#contentKeys.set(plaintextHash, key);
    return key;
  }
}
