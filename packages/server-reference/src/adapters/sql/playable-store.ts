/** Tracks for grants in SQL. */
import {
  type Availability,
  type KeyId,
  type RenditionId,
  TARGET_LUFS,
  type Tier,
  type TrackId,
} from "@segue/core";
import type { PlayableStore, StoredRendition, StoredTrack } from "../../modules/playback/playable-store";
import { compile } from "./compiled";
import type { SqlDatabase } from "./database";
import type { Database } from "./tables";

/** Tracks in `database`. */
export function sqlPlayableStore(database: SqlDatabase<Database>): PlayableStore {
  const read = tracksIn(database);
  return {
    async tracks(ids) {
      const rows = await read.all({ ids: JSON.stringify(ids) });
      const found = new Map<string, TrackRow[]>();
      for (const row of rows) {
        const known = found.get(row.trackId);
        if (known) known.push(row);
        else found.set(row.trackId, [row]);
      }
      return [...found.values()].map(toTrack);
    },
  };
}

/** Runs for every grant whose tracks are not fresh: a row for each rendition, and one for a track that has none. */
const tracksIn = (database: SqlDatabase<Database>) =>
  compile(database, (db, p: { ids: string }) =>
    db
      .selectFrom("tracks")
      .leftJoin("media_states", "media_states.track_id", "tracks.id")
      .leftJoin("track_loudness", "track_loudness.track_id", "tracks.id")
      .leftJoin("renditions", (join) =>
        join.onRef("renditions.track_id", "=", "tracks.id").on("media_states.state", "=", "ready"),
      )
      .select(["tracks.id as trackId", "explicit", "markets", "available_from", "available_until", "state"])
      .select(["track_lufs", "track_peak", "album_lufs", "album_peak"])
      .select(["renditions.id", "codec", "tier", "sample_rate", "channels", "trim_start", "trim_end"])
      .select(["total_frames", "media_hash", "byte_length", "key_id", "salt", "nonce_prefix"])
      .select("plaintext_hash")
      .where(({ ref }) => database.dialect.isAmong(ref("tracks.id"), p.ids)),
  );

type TrackRow = Awaited<ReturnType<ReturnType<typeof tracksIn>["all"]>>[number];
/** Of a track that has a rendition. */
type RenditionRow = { readonly [Column in keyof TrackRow]: NonNullable<TrackRow[Column]> };

function toTrack(rows: readonly TrackRow[]): StoredTrack {
  const row = rows[0]!;
  const availability: Availability = {
    ...(row.markets === null ? {} : { markets: JSON.parse(row.markets) as string[] }),
    ...(row.available_from === null ? {} : { from: row.available_from }),
    ...(row.available_until === null ? {} : { until: row.available_until }),
  };
  return {
    id: row.trackId as TrackId,
    explicit: row.explicit === 1,
    availability,
    mediaState: row.state ?? "preparing",
    renditions: rows.filter((one): one is TrackRow & RenditionRow => one.id !== null).map(toRendition),
  };
}

const toRendition = (row: TrackRow & RenditionRow): StoredRendition => ({
  id: row.id as RenditionId,
  codec: row.codec,
  tier: row.tier as Tier,
  sampleRateHz: row.sample_rate,
  channels: row.channels as 1 | 2,
  trimStartFrames: row.trim_start,
  trimEndFrames: row.trim_end,
  totalFrames: row.total_frames,
  loudness: {
    trackLufs: row.track_lufs ?? TARGET_LUFS,
    trackPeak: row.track_peak ?? 1,
    albumLufs: row.album_lufs ?? row.track_lufs ?? TARGET_LUFS,
    albumPeak: row.album_peak ?? row.track_peak ?? 1,
  },
  hash: row.media_hash,
  byteLength: row.byte_length,
  keyId: row.key_id as KeyId,
  salt: row.salt,
  noncePrefix: row.nonce_prefix,
  plaintextHash: row.plaintext_hash,
});
