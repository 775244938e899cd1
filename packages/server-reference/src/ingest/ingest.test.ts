import { execFileSync, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type MainDatabase, openMain } from "../adapters/sql/open-main";
import { LIMITS } from "../production/read/limits";
import { encodeVorbis, systemFfmpeg } from "../production/testing/encode";
import { noise, tone } from "../production/testing/sound";
import { encodeWav } from "../production/testing/wav";
import { type IngestSummary, ingestFolder } from "./ingest";

const ffmpeg = await systemFfmpeg();
let base: string;
beforeAll(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), "segue-ingest-")));
});
afterAll(async () => {
  await rm(base, { recursive: true, force: true });
});

async function ingest(database: MainDatabase, folder: string, dataDir: string): Promise<IngestSummary> {
  return ingestFolder(folder, {
    db: database.query,
    dataDir,
    secret: new Uint8Array(32).fill(4),
    ffmpeg,
    now: () => 1_700_000_000_000,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
}

/** Everything that tells one catalog from another. */
async function catalogOf({ query: db }: MainDatabase) {
  return {
    tracks: await db.selectFrom("tracks").selectAll().orderBy("id").execute(),
    albums: await db.selectFrom("albums").selectAll().orderBy("id").execute(),
    artists: await db.selectFrom("artists").selectAll().orderBy("id").execute(),
    renditions: await db.selectFrom("renditions").selectAll().orderBy("id").execute(),
    features: await db.selectFrom("track_features").selectAll().orderBy("track_id").execute(),
  };
}

const song = (hertz: number, seconds = 1.5) => encodeWav(tone(seconds, hertz, 0.4, 44_100), "int16");

describe("ingest", () => {
  it("takes what is sound, and says of every other file why not", async () => {
    const folder = join(base, "mixed");
    const album = join(folder, "The Foxes", "Night Work");
    await mkdir(album, { recursive: true });
    await writeFile(join(album, "01 - First Light.wav"), song(440));
    await writeFile(join(album, "02 - Second Wind.wav"), song(550));
    await writeFile(join(album, "03 copy.wav"), song(440));
    await writeFile(join(folder, "Ines - Untold.ogg"), (await encodeVorbis(noise(44_100, 0.3), 96, 1)).bytes);
    await writeFile(join(folder, "empty.wav"), "");
    await writeFile(join(folder, "text.flac"), "this is no music, however long it goes on".repeat(9));
    await writeFile(join(folder, "renamed.flac"), song(330));
    await writeFile(join(folder, "half.wav"), song(660).subarray(0, 9000));
    await writeFile(join(folder, "short.wav"), encodeWav(tone(0.001, 440, 0.5)));
    await writeFile(join(folder, "broken.flac"), Buffer.concat([Buffer.from("fLaC"), Buffer.alloc(500, 7)]));
    await writeFile(
      join(folder, "broken.ogg"),
      (await encodeVorbis(noise(44_100, 0.3, 5), 96, 1)).bytes.subarray(0, 300),
    );
    await writeFile(join(folder, "notes.txt"), "not looked at");
    await writeFile(join(folder, "enormous.wav"), "RIFF");
    await truncate(join(folder, "enormous.wav"), LIMITS.fileBytes + 1);
    await writeFile(join(base, "outside.wav"), song(880));
    await symlink(join(base, "outside.wav"), join(folder, "link.wav"));
    await symlink("/dev/zero", join(folder, "device.wav"));
    execFileSync("mkfifo", [join(folder, "pipe.wav")]);

    const first = await openMain(":memory:");
    const summary = await ingest(first, folder, join(base, "data-a"));
    const reasons = Object.fromEntries(summary.rejected.map(({ path, reason }) => [path, reason]));
    expect(reasons).toEqual({
      "The Foxes/Night Work/03 copy.wav": "duplicate",
      "broken.flac": "corrupt",
      "broken.ogg": "corrupt",
      "device.wav": "unreadable",
      "empty.wav": "empty",
      "enormous.wav": "too_large",
      "half.wav": "truncated",
      "link.wav": "unreadable",
      "pipe.wav": "unreadable",
      "renamed.flac": "wrong_extension",
      "short.wav": "too_short",
      "text.flac": "not_audio",
    });
    expect(summary).toMatchObject({ ingested: 3, lossy: 1, unchanged: 0, cancelled: false });

    const catalog = await catalogOf(first);
    expect(catalog.albums.map((row) => row.title)).toContain("Night Work");
    expect(catalog.artists.map((row) => row.name)).toEqual(expect.arrayContaining(["The Foxes", "Ines"]));
    expect(catalog.tracks.map((row) => [row.title, row.track_number])).toEqual(
      expect.arrayContaining([
        ["First Light", 1],
        ["Second Wind", 2],
        ["Untold", 1],
      ]),
    );
    expect(catalog.renditions.length).toBe(3 * (ffmpeg ? 6 : 4));

    const again = await ingest(first, folder, join(base, "data-a"));
    expect(again).toMatchObject({ ingested: 0, unchanged: 3 });
    expect(await catalogOf(first)).toEqual(catalog);

    const second = await openMain(":memory:");
    await ingest(second, folder, join(base, "data-b"));
    expect(await catalogOf(second)).toEqual(catalog);
    await first.close();
    await second.close();
  });

  it.skipIf(!ffmpeg)("reads tags and other formats through ffmpeg", async () => {
    const folder = join(base, "tagged");
    await mkdir(folder);
    const source = join(base, "source.wav");
    await writeFile(source, song(700, 2));
    const tags = [
      "title=Blå",
      "artist=Ngọc",
      "album=Tagged",
      "track=7",
      "date=2021-03-04",
      "genre=Jazz",
    ].flatMap((tag) => ["-metadata", tag]);
    for (const name of ["a.flac", "b.mp3", "c.m4a"]) {
      execFileSync(ffmpeg!.command, ["-v", "error", "-i", source, ...tags, join(folder, name)]);
    }
    const database = await openMain(":memory:");
    const summary = await ingest(database, folder, join(base, "data-tags"));
    expect(summary.rejected).toEqual([]);
    expect(summary).toMatchObject({ ingested: 3, lossy: 2 });
    const { tracks, albums } = await catalogOf(database);
    expect(new Set(tracks.map((row) => [row.title, row.track_number].join()))).toEqual(new Set(["Blå,7"]));
    expect(albums.map((row) => [row.title, row.release_date, row.genres])).toEqual([
      ["Tagged", "2021-03-04", '["Jazz"]'],
    ]);
    await database.close();
  });

  it.skipIf(!ffmpeg)("takes the same audio in two formats as two tracks", async () => {
    const folder = join(base, "twice");
    await mkdir(folder);
    await writeFile(join(folder, "A.wav"), song(440));
    execFileSync(ffmpeg!.command, ["-v", "error", "-i", join(folder, "A.wav"), join(folder, "B.flac")]);
    const database = await openMain(":memory:");
    const summary = await ingest(database, folder, join(base, "data-twice"));
    expect(summary).toMatchObject({ ingested: 2, rejected: [] });
    expect((await catalogOf(database)).renditions.length).toBe(12);
    await database.close();
  });

  it("goes on after kill -9: nothing lost, nothing twice", async () => {
    const folder = join(base, "killed");
    await mkdir(folder);
    for (let i = 0; i < 6; i++) await writeFile(join(folder, `${i + 1} tone.wav`), song(200 + 90 * i, 2));
    const dataDir = join(base, "data-killed");
    const root = resolve(import.meta.dirname, "../../../..");
    const tsx = join(root, "node_modules/.bin/tsx");
    const command = join(root, "packages/server-reference/src/cli/segue-server.ts");
    const env = { ...process.env, SEGUE_DATA_DIR: dataDir, SEGUE_FFMPEG: "off", SEGUE_LOG_LEVEL: "silent" };
    const run = async (killAfterLines: number) => {
      const child = spawn(tsx, ["--conditions=segue-source", command, "ingest", folder], {
        cwd: root,
        env,
        detached: true,
      });
      let out = "";
      child.stderr.on("data", (chunk) => {
        out += chunk;
      });
      child.stdout.on("data", (chunk) => {
        out += chunk;
        if ((out.match(/^\d\/\d /gm)?.length ?? 0) >= killAfterLines) process.kill(-child.pid!, "SIGKILL");
      });
      const code = await new Promise((done) => child.on("close", done));
      return { out, code };
    };
    const cut = await run(2);
    expect(cut.code, cut.out).not.toBe(0);
    const end = await run(99);
    expect(end.out).toMatch(/\d ingested, \d unchanged, 0 refused/);
    const [, ingested, unchanged] = /(\d) ingested, (\d) unchanged/.exec(end.out)!.map(Number);
    expect(unchanged).toBeGreaterThan(0);
    expect(ingested! + unchanged!).toBe(6);
    expect(end.code).toBe(0);
    const database = await openMain(join(dataDir, "segue.db"));
    const { tracks, renditions, albums } = await catalogOf(database);
    expect(tracks.length).toBe(6);
    expect(albums.length).toBe(1);
    expect(renditions.length).toBe(24);
    const states = await database.query.selectFrom("media_states").select("state").execute();
    expect(states.map((row) => row.state)).toEqual(Array(6).fill("ready"));
    const files = (await readdir(join(dataDir, "media"), { recursive: true })).filter((name) =>
      name.includes("/"),
    );
    expect(files.map((name) => name.slice(3)).sort()).toEqual(renditions.map((row) => row.media_hash).sort());
    await database.close();
  });
});
