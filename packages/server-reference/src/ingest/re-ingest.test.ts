import { mkdir, mkdtemp, readdir, realpath, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type MainDatabase, openMain } from "../adapters/sql/open-main";
import { FEATURES_VERSION } from "../production/measure/features";
import { tone } from "../production/testing/sound";
import { encodeWav } from "../production/testing/wav";
import { RETIRED_MS } from "./collect-garbage";
import { type IngestSummary, ingestFolder } from "./ingest";

let base: string;
let folder: string;
let dataDir: string;
let database: MainDatabase;
let now: number;
let count = 0;

beforeAll(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), "segue-again-")));
});
beforeEach(async () => {
  folder = join(base, `music-${++count}`);
  dataDir = join(base, `data-${count}`);
  await mkdir(folder);
  database = await openMain(":memory:");
  now = 1_700_000_000_000;
});
afterEach(() => database.close());
afterAll(() => rm(base, { recursive: true, force: true }));

function ingest(options: { prune?: boolean } = {}): Promise<IngestSummary> {
  return ingestFolder(folder, {
    db: database.query,
    dataDir,
    secret: new Uint8Array(32).fill(4),
    // Without AAC: what is tested here does not depend on it, and every run of ffmpeg takes its time.
    ffmpeg: null,
    now: () => now,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...options,
  });
}

const song = (hertz: number, seconds = 0.5) => encodeWav(tone(seconds, hertz, 0.4, 44_100), "int16");
const put = (name: string, bytes: Uint8Array) => writeFile(join(folder, name), bytes);
const titles = async () => {
  const rows = await database.query.selectFrom("tracks").select(["id", "title"]).orderBy("title").execute();
  return Object.fromEntries(rows.map((row) => [row.title, row.id]));
};
const renditions = (trackId: string) =>
  database.query.selectFrom("renditions").selectAll().where("track_id", "=", trackId).orderBy("id").execute();
const stored = async () => {
  const names = await readdir(join(dataDir, "media"), { recursive: true });
  return new Set(names.map((name) => name.split("/").at(-1)!).filter((name) => name.length === 64));
};

describe("a folder that is ingested again", () => {
  it("replaces the audio of a file with new content and keeps its track", async () => {
    await put("A.wav", song(440));
    await ingest();
    const { A } = await titles();
    const before = await renditions(A!);
    await put("A.wav", song(660, 0.7));
    expect(await ingest()).toMatchObject({ ingested: 0, replaced: 1, unchanged: 0, rejected: [] });
    expect(await titles()).toEqual({ A });
    const after = await renditions(A!);
    expect(after.length).toBe(before.length);
    const old = new Set(before.map((row) => row.media_hash));
    expect(after.some((row) => old.has(row.media_hash))).toBe(false);
    expect(after.map((row) => row.id)).not.toEqual(before.map((row) => row.id));
    const { duration_ms } = await database.query.selectFrom("tracks").selectAll().executeTakeFirstOrThrow();
    expect(duration_ms).toBeCloseTo(700, 0);
    const states = await database.query.selectFrom("media_states").select("state").execute();
    expect(states).toEqual([{ state: "ready" }]);
  });

  it("serves replaced audio as long as a URL of it may live, then removes it and nothing else", async () => {
    await put("A.wav", song(440));
    await put("B.wav", song(550));
    await ingest();
    const { A } = await titles();
    const old = (await renditions(A!)).map((row) => row.media_hash);
    await put("A.wav", song(660));
    await ingest();
    now += RETIRED_MS - 1;
    await ingest();
    for (const hash of old) expect((await stored()).has(hash)).toBe(true);
    now += 1;
    const { collected } = await ingest();
    expect(collected.removed).toBeGreaterThanOrEqual(old.length);
    const wanted = await database.query.selectFrom("renditions").select("media_hash").execute();
    expect(await stored()).toEqual(new Set(wanted.map((row) => row.media_hash)));
  });

  it("keeps an object that is wanted again before it was removed", async () => {
    await put("A.wav", song(440));
    await ingest();
    await put("A.wav", song(660));
    await ingest();
    now += RETIRED_MS - 1;
    await put("A.wav", song(440));
    await ingest();
    now += RETIRED_MS;
    await ingest();
    const { A } = await titles();
    for (const row of await renditions(A!)) expect((await stored()).has(row.media_hash)).toBe(true);
  });

  it("follows a renamed file without encoding it again", async () => {
    await put("A.wav", song(440));
    await ingest();
    const { A } = await titles();
    const before = await renditions(A!);
    await mkdir(join(folder, "Ines - Moved"));
    await rename(join(folder, "A.wav"), join(folder, "Ines - Moved", "02 - B.wav"));
    expect(await ingest()).toMatchObject({ moved: 1, ingested: 0, replaced: 0, missing: [] });
    expect(await titles()).toEqual({ B: A });
    expect(await renditions(A!)).toEqual(before);
    const track = await database.query.selectFrom("tracks").selectAll().executeTakeFirstOrThrow();
    expect(track.track_number).toBe(2);
    const albums = await database.query.selectFrom("albums").select("title").execute();
    expect(albums).toEqual([{ title: "Moved" }]);
  });

  it("follows two files that changed places, and one that took another's place", async () => {
    await put("A.wav", song(440));
    await put("B.wav", song(550));
    await ingest();
    const { A, B } = await titles();
    await put("A.wav", song(550));
    await put("B.wav", song(440));
    expect(await ingest()).toMatchObject({ moved: 2, ingested: 0, replaced: 0 });
    expect(await titles()).toEqual({ A: B, B: A });
    await rename(join(folder, "A.wav"), join(folder, "B.wav"));
    expect(await ingest()).toMatchObject({ moved: 1, missing: ["B.wav"] });
    const ids = await database.query.selectFrom("tracks").select("id").execute();
    expect(ids.map((row) => row.id).sort()).toEqual([A, B].sort());
    await put("C.wav", song(440));
    expect(await ingest()).toMatchObject({ moved: 1, missing: [] });
    expect(await titles()).toEqual({ B, C: A });
  });

  it("gives content that comes back under another name a track of its own", async () => {
    await put("A.wav", song(440));
    await ingest();
    await put("A.wav", song(660));
    await ingest();
    await put("B.wav", song(440));
    expect(await ingest()).toMatchObject({ ingested: 1, unchanged: 1, rejected: [] });
    const { A, B } = await titles();
    expect(A).not.toBe(B);
    expect((await renditions(A!)).length).toBe((await renditions(B!)).length);
  });

  it("keeps the track of a deleted file, and removes it when asked to", async () => {
    await put("A.wav", song(440));
    await mkdir(join(folder, "Other"));
    await put("Other/B.wav", song(550));
    await ingest();
    const { A, B } = await titles();
    const { query: db } = database;
    const user = {
      id: "usr_1",
      name: "u",
      login: "u",
      password_hash: null,
      plan: "free",
      market: "SE",
    } as const;
    await db
      .insertInto("users")
      .values({ ...user, created_at: 0 })
      .execute();
    await db
      .insertInto("playlists")
      .values({ id: "pls_1", title: "P", owner_id: "usr_1", image_hash: null, created_at: 0 })
      .execute();
    for (const [position, track_id] of [B!, A!].entries())
      await db
        .insertInto("playlist_items")
        .values({ playlist_id: "pls_1", position, track_id, added_at: 0 })
        .execute();
    await rm(join(folder, "Other"), { recursive: true });
    expect(await ingest()).toMatchObject({ missing: ["Other/B.wav"], pruned: 0, unchanged: 1 });
    expect(await titles()).toEqual({ A, B });
    expect(await ingest({ prune: true })).toMatchObject({ pruned: 1, unchanged: 1 });
    expect(await titles()).toEqual({ A });
    expect((await db.selectFrom("albums").select("title").execute()).length).toBe(1);
    expect(
      (await db.selectFrom("playlist_items").select("track_id").execute()).map((r) => r.track_id),
    ).toEqual([A]);
    expect(await ingest({ prune: true })).toMatchObject({ missing: [], pruned: 0 });
  });

  it("does not prune when the folder holds nothing at all", async () => {
    await put("A.wav", song(440));
    await ingest();
    await rm(join(folder, "A.wav"));
    expect(await ingest({ prune: true })).toMatchObject({ missing: ["A.wav"], pruned: 0 });
    expect(Object.keys(await titles())).toEqual(["A"]);
  });

  it("keeps a track whose file was damaged, and replaces its audio once the file is sound", async () => {
    await put("A.wav", song(440));
    await ingest();
    const { A } = await titles();
    const before = await renditions(A!);
    await put("A.wav", song(440).subarray(0, 5000));
    expect((await ingest()).rejected).toMatchObject([{ path: "A.wav", reason: "truncated" }]);
    expect(await renditions(A!)).toEqual(before);
    expect((await ingest()).rejected.length).toBe(1);
    await put("A.wav", song(880));
    expect(await ingest()).toMatchObject({ replaced: 1, rejected: [] });
    expect(await titles()).toEqual({ A });
  });

  it("brings estimates up to date without encoding again", async () => {
    await put("A.wav", song(440));
    await put("B.wav", song(550));
    await ingest();
    const { A } = await titles();
    const before = await renditions(A!);
    await database.query
      .updateTable("track_features")
      .set({ version: "1", liveness: 0.77 })
      .where("track_id", "=", A!)
      .execute();
    expect(await ingest()).toMatchObject({ updated: 1, unchanged: 1, ingested: 0 });
    const features = await database.query.selectFrom("track_features").selectAll().execute();
    expect(features.map((row) => row.version)).toEqual(Array(2).fill(String(FEATURES_VERSION)));
    expect(features.every((row) => row.liveness < 0.77)).toBe(true);
    expect(await renditions(A!)).toEqual(before);
  });

  it("does not depend on the order in which the files came", async () => {
    await put("1.wav", song(440));
    await ingest();
    await put("2.wav", song(550));
    await put("0.wav", song(330));
    await ingest();
    const first = await database.query
      .selectFrom("tracks")
      .innerJoin("albums", "albums.id", "album_id")
      .select(["tracks.id", "track_number", "image_hash"])
      .orderBy("tracks.id")
      .execute();
    const other = await openMain(":memory:");
    await database.close();
    database = other;
    dataDir = `${dataDir}-other`;
    await ingest();
    const second = await database.query
      .selectFrom("tracks")
      .innerJoin("albums", "albums.id", "album_id")
      .select(["tracks.id", "track_number", "image_hash"])
      .orderBy("tracks.id")
      .execute();
    expect(second).toEqual(first);
    expect(first.every((row) => row.image_hash !== null)).toBe(true);
  });
});
