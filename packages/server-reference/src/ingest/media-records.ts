import type { Transaction } from "kysely";
import type { Database } from "../adapters/sqlite/schema";
import { FEATURES_VERSION } from "../production/measure/features";
import { integrate } from "../production/measure/gate";
import type { Measured } from "../production/measure/measured";
import type { ProducedRendition } from "../production/seal/rendition";

type Tx = Transaction<Database>;

/** Records renditions; one of the same track, codec and tier is replaced. */
export async function storeRenditions(
  tx: Tx,
  trackId: string,
  made: readonly ProducedRendition[],
  now: number,
) {
  for (const { sampleRate, trimStart, trimEnd, totalFrames, mediaHash, byteLength, ...rendition } of made) {
    const row = {
      id: rendition.id,
      track_id: trackId,
      codec: rendition.codec,
      tier: rendition.tier,
      sample_rate: sampleRate,
      channels: rendition.channels,
      trim_start: trimStart,
      trim_end: trimEnd,
      total_frames: totalFrames,
      media_hash: mediaHash,
      byte_length: byteLength,
      key_id: rendition.keyId,
      salt: Buffer.from(rendition.salt),
      nonce_prefix: Buffer.from(rendition.noncePrefix),
      plaintext_hash: rendition.plaintextHash,
      encoder: rendition.encoder,
      created_at: now,
    };
    await tx
      .deleteFrom("renditions")
      .where("track_id", "=", trackId)
      .where("codec", "=", row.codec)
      .where("tier", "=", row.tier)
      .execute();
    await tx.insertInto("renditions").values(row).execute();
  }
}

/** Records what was measured; the album's loudness counts the tracks that are measured so far. */
export async function storeMeasured(tx: Tx, trackId: string, measured: Measured, now: number): Promise<void> {
  await tx
    .replaceInto("track_features")
    .values({ track_id: trackId, version: String(FEATURES_VERSION), ...measured.features })
    .execute();
  await tx
    .replaceInto("track_loudness")
    .values({
      track_id: trackId,
      track_lufs: measured.lufs,
      track_peak: measured.peak,
      album_lufs: measured.lufs,
      album_peak: measured.peak,
    })
    .execute();
  const payload = Buffer.from(Float32Array.from(measured.blocks).buffer).toString("base64");
  await tx
    .replaceInto("media_jobs")
    .values({ kind: "loudness", subject: trackId, payload, state: "done", created_at: now, updated_at: now })
    .execute();
}

/** Gates all blocks of an album's measured tracks together and gives every track the result. */
export async function updateAlbumLoudness(tx: Tx, albumId: string): Promise<void> {
  const rows = await tx
    .selectFrom("tracks")
    .innerJoin("track_loudness", "track_loudness.track_id", "tracks.id")
    .innerJoin("media_jobs", "media_jobs.subject", "tracks.id")
    .where("media_jobs.kind", "=", "loudness")
    .where("tracks.album_id", "=", albumId)
    .select(["tracks.id", "track_loudness.track_peak", "media_jobs.payload"])
    .execute();
  if (rows.length === 0) return;
  const lufs = integrate(
    rows.map(({ payload, track_peak }) => {
      const bytes = new Uint8Array(Buffer.from(payload, "base64"));
      return {
        peak: track_peak,
        blocks: Float64Array.from(new Float32Array(bytes.buffer, 0, bytes.length >> 2)),
      };
    }),
  );
  const peak = Math.max(...rows.map((row) => row.track_peak));
  const ids = rows.map((row) => row.id);
  await tx
    .updateTable("track_loudness")
    .set({ album_lufs: lufs, album_peak: peak })
    .where("track_id", "in", ids)
    .execute();
  await tx
    .updateTable("albums")
    .set({ loudness_lufs: lufs, loudness_peak: peak })
    .where("id", "=", albumId)
    .execute();
}

/** Says whether a track's audio can be granted. */
export async function setMediaState(
  tx: Tx,
  trackId: string,
  state: "ready" | "preparing" | "failed",
  reason: string | null,
  now: number,
): Promise<void> {
  await tx
    .replaceInto("media_states")
    .values({ track_id: trackId, state, reason, updated_at: now })
    .execute();
}
