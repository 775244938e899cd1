/** What the database holds of a track's audio: renditions, measurements, and whether it can be granted. */
import type { AudioFeatures } from "@segue/core";
import type { Db } from "../adapters/sql/tables";
import { FEATURES_VERSION } from "../production/measure/features";
import { integrate } from "../production/measure/gate";
import type { Measured } from "../production/measure/measured";
import type { ProducedRendition } from "../production/seal/rendition";

/** What was made of a track so far. */
export interface Made {
  readonly renditions: readonly { readonly codec: string; readonly tier: number }[];
  /** Version of the estimators, null when there is no estimate. */
  readonly featuresVersion: string | null;
}

export class MediaRecords {
  readonly #db: Db;
  readonly #now: () => number;

  /** @param now milliseconds since the Unix epoch */
  constructor(db: Db, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  async made(trackId: string): Promise<Made> {
    const renditions = await this.#db
      .selectFrom("renditions")
      .select(["codec", "tier"])
      .where("track_id", "=", trackId)
      .execute();
    const features = await this.#db
      .selectFrom("track_features")
      .select("version")
      .where("track_id", "=", trackId)
      .executeTakeFirst();
    return { renditions, featuresVersion: features?.version ?? null };
  }

  /** Estimates of an album's first track that has any. */
  async firstFeatures(albumId: string): Promise<AudioFeatures | null> {
    const first = await this.#db
      .selectFrom("tracks")
      .innerJoin("track_features", "track_features.track_id", "tracks.id")
      .selectAll("track_features")
      .where("album_id", "=", albumId)
      .orderBy("disc_number")
      .orderBy("track_number")
      .orderBy("tracks.id")
      .executeTakeFirst();
    return first ?? null;
  }

  /** Records renditions; one of the same track, codec and tier is replaced. */
  async putRenditions(trackId: string, made: readonly ProducedRendition[]): Promise<void> {
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
        created_at: this.#now(),
      };
      await this.#db
        .deleteFrom("renditions")
        .where("track_id", "=", trackId)
        .where("codec", "=", row.codec)
        .where("tier", "=", row.tier)
        .execute();
      await this.#db.insertInto("renditions").values(row).execute();
    }
  }

  async removeRenditions(trackId: string): Promise<void> {
    await this.#db.deleteFrom("renditions").where("track_id", "=", trackId).execute();
  }

  /** Records what was measured. The album's loudness is the caller's next step. */
  async putMeasured(trackId: string, measured: Measured): Promise<void> {
    await this.#db
      .replaceInto("track_features")
      .values({ track_id: trackId, version: String(FEATURES_VERSION), ...measured.features })
      .execute();
    await this.#db
      .replaceInto("track_loudness")
      .values({
        track_id: trackId,
        track_lufs: measured.lufs,
        track_peak: measured.peak,
        album_lufs: measured.lufs,
        album_peak: measured.peak,
      })
      .execute();
    await this.#db
      .replaceInto("track_loudness_blocks")
      .values({ track_id: trackId, blocks: packBlocks(measured.blocks) })
      .execute();
  }

  /** Gates all blocks of an album's measured tracks together and gives every track the result. */
  async updateAlbumLoudness(albumId: string): Promise<void> {
    const rows = await this.#db
      .selectFrom("tracks")
      .innerJoin("track_loudness", "track_loudness.track_id", "tracks.id")
      .innerJoin("track_loudness_blocks", "track_loudness_blocks.track_id", "tracks.id")
      .where("tracks.album_id", "=", albumId)
      .select(["tracks.id", "track_loudness.track_peak", "track_loudness_blocks.blocks"])
      .execute();
    if (rows.length === 0) return;
    const lufs = integrate(
      rows.map(({ blocks, track_peak }) => ({ peak: track_peak, blocks: unpackBlocks(blocks) })),
    );
    const peak = Math.max(...rows.map((row) => row.track_peak));
    const ids = rows.map((row) => row.id);
    await this.#db
      .updateTable("track_loudness")
      .set({ album_lufs: lufs, album_peak: peak })
      .where("track_id", "in", ids)
      .execute();
    await this.#db
      .updateTable("albums")
      .set({ loudness_lufs: lufs, loudness_peak: peak })
      .where("id", "=", albumId)
      .execute();
  }

  /** Says whether a track's audio can be granted. */
  async setState(
    trackId: string,
    state: "ready" | "preparing" | "failed",
    reason: string | null,
  ): Promise<void> {
    await this.#db
      .replaceInto("media_states")
      .values({ track_id: trackId, state, reason, updated_at: this.#now() })
      .execute();
  }
}

function packBlocks(blocks: Float64Array): string {
  return Buffer.from(Float32Array.from(blocks).buffer).toString("base64");
}

function unpackBlocks(packed: string): Float64Array {
  const bytes = new Uint8Array(Buffer.from(packed, "base64"));
  return Float64Array.from(new Float32Array(bytes.buffer, 0, bytes.length >> 2));
}
