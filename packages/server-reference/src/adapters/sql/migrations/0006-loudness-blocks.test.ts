import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Libsql from "libsql";
import { expect, it } from "vitest";
import { MIGRATIONS } from "../../../../test/support/released-schema";
import { MediaRecords } from "../../../ingest/media-records";
import { openMain } from "../open-main";

const STEPS_BEFORE = 5;
const payload = (...meanSquares: number[]) =>
  Buffer.from(Float32Array.from(meanSquares).buffer).toString("base64");

/** A data directory's database as the step before left it: one album with two measured tracks, and jobs. */
function writeOlder(file: string): void {
  const connection = new Libsql(file);
  for (const step of MIGRATIONS.slice(0, STEPS_BEFORE)) connection.exec(step);
  connection.exec(`
    PRAGMA user_version = ${STEPS_BEFORE};
    INSERT INTO albums (id, title, sort_title, added_at) VALUES ('alb', 'A', 'A', 0);
    INSERT INTO recordings (id) VALUES ('rec');
    INSERT INTO tracks (id, recording_id, album_id, title, disc_number, track_number, duration_ms, added_at)
      VALUES ('loud', 'rec', 'alb', 'L', 1, 1, 1000, 0), ('quiet', 'rec', 'alb', 'Q', 1, 2, 1000, 0);
    INSERT INTO track_loudness (track_id, track_lufs, track_peak, album_lufs, album_peak)
      VALUES ('loud', -10, 0.5, -10, 0.5), ('quiet', -13, 0.25, -10, 0.5);
    INSERT INTO media_jobs (kind, subject, payload, state, created_at, updated_at) VALUES
      ('loudness', 'loud', '${payload(0.25, 0.25)}', 'done', 1, 1),
      ('loudness', 'quiet', '${payload(0.125, 0.125)}', 'done', 1, 1),
      ('loudness', 'gone', '${payload(1)}', 'done', 1, 1),
      ('demo-first', 'loud', '{}', 'queued', 1, 1);
  `);
  connection.close();
}

it("keeps what an album's loudness is gated from, and leaves only work among the jobs", async () => {
  const folder = mkdtempSync(join(tmpdir(), "segue-migrate-"));
  const file = join(folder, "segue.db");
  writeOlder(file);
  const database = await openMain(file);
  const { query: db } = database;
  const blocks = await db.selectFrom("track_loudness_blocks").selectAll().orderBy("track_id").execute();
  expect(blocks).toEqual([
    { track_id: "loud", blocks: payload(0.25, 0.25) },
    { track_id: "quiet", blocks: payload(0.125, 0.125) },
  ]);
  const jobs = await db.selectFrom("media_jobs").select(["kind", "subject"]).execute();
  expect(jobs).toEqual([{ kind: "demo-first", subject: "loud" }]);
  await new MediaRecords(db, () => 0).updateAlbumLoudness("alb");
  const album = await db.selectFrom("albums").select("loudness_lufs").executeTakeFirstOrThrow();
  expect(album.loudness_lufs).toBeCloseTo(-0.691 + 10 * Math.log10((2 * 0.25 + 2 * 0.125) / 4), 6);
  await db.deleteFrom("tracks").where("id", "=", "quiet").execute();
  expect(await db.selectFrom("track_loudness_blocks").select("track_id").execute()).toEqual([
    { track_id: "loud" },
  ]);
  await database.close();
  rmSync(folder, { recursive: true });
});
