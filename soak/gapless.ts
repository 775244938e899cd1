/** Plays whole albums in Chromium and counts every frame: the demo's continuous album, or a folder of recordings. */
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openBrowser } from "../test/harness/browser";
import { blockMainThread, inspect, measureCapture, openPlayer, signIn } from "../test/harness/player-page";
import { type RunningServer, runServerCommand, startServer } from "../test/harness/server";

const args = process.argv.slice(2);
if (args.includes("--help")) {
  console.log(`npm run soak -- gapless [--folder FOLDER] [--tracks N] [--modes idle,busy,messages,messages-busy]

Plays the demo's continuous album, or the first N tracks of what FOLDER holds (shortest first), and compares the frames
that were heard with those of the manifests: all of them, and no silent frame at any join. Modes: with shared memory or
with messages (no cross-origin isolation), idle or with the main thread blocked 180 ms of every 200.`);
  process.exit(0);
}
const text = (name: string, fallback: string) => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? fallback : (args[at + 1] ?? fallback);
};
const folder = text("folder", "");
const limit = Number(text("tracks", "8"));
const modes = text("modes", "idle,busy,messages,messages-busy").split(",");

interface Wanted {
  readonly id: string;
  readonly title: string;
  readonly frames: number;
}

function query(dataDir: string, sql: string): Record<string, unknown>[] {
  const Database = createRequire(import.meta.url)("libsql");
  const db = new Database(join(dataDir, "segue.db"), { readonly: true });
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}

/** The tracks to play, with the frames that their manifests promise. */
async function chooseTracks(server: RunningServer): Promise<readonly Wanted[]> {
  const sql = `select t.id as id, t.title as title, r.total_frames as frames from tracks t
    join renditions r on r.track_id = t.id and r.codec = 'vorbis' and r.tier = 160
    ${folder ? "" : "join albums a on a.id = t.album_id and a.title = 'Seamless'"}
    order by ${folder ? "r.total_frames" : "t.track_number"} limit ${limit}`;
  for (;;) {
    const rows = query(server.dataDir, sql);
    if (folder || rows.length >= limit)
      return rows.map((row) => ({
        id: String(row.id),
        title: String(row.title),
        frames: Number(row.frames),
      }));
    await new Promise((wake) => setTimeout(wake, 2_000));
  }
}

/** Plays the tracks in one mode and returns what is wrong, or null. */
async function play(server: RunningServer, tracks: readonly Wanted[], mode: string): Promise<string | null> {
  const browser = await openBrowser();
  try {
    const isolation = mode.startsWith("messages") ? "off" : "on";
    const page = await openPlayer(browser.context, `${server.url}/?isolation=${isolation}`);
    await signIn(page);
    await page.evaluate(
      async (ids) => {
        const gaps: (number | null)[] = [];
        Object.assign(window, { gaps });
        const items = await window.segue.api.tracks(ids);
        window.segue.player.on("track", () =>
          setTimeout(() => gaps.push(window.segue.inspect().engine?.lastJoinGapFrames ?? null), 500),
        );
        await window.segue.player.playContext({ kind: "tracks", id: null, title: "Soak" }, items);
      },
      tracks.map((track) => track.id),
    );
    if (mode.endsWith("busy")) await blockMainThread(page);
    const total = tracks.reduce((sum, track) => sum + track.frames, 0);
    await page.waitForFunction(() => window.segue.player.state.status === "idle", undefined, {
      timeout: (total / 44_100) * 1_000 + 60_000,
      polling: 1_000,
    });
    await page.waitForTimeout(1_000);
    const engine = (await inspect(page)).engine;
    const gaps = (await page.evaluate(() => (window as unknown as { gaps: (number | null)[] }).gaps)).slice(
      1,
    );
    const capture = folder ? null : await measureCapture(page);
    console.log(
      `${mode}: ${tracks.length} tracks, ${engine?.framesPlayed} of ${total} frames, underrun ${engine?.underrunFrames}, joins ${gaps.join(" ")}` +
        (capture ? `, captured ${capture.frames}, silent ${capture.silentFrames}` : ""),
    );
    if (engine?.framesPlayed !== total) return `${mode}: played ${engine?.framesPlayed} frames, not ${total}`;
    if (engine.underrunFrames !== 0) return `${mode}: ${engine.underrunFrames} frames of underrun`;
    if (gaps.length !== tracks.length - 1 || gaps.some((gap) => gap !== 0))
      return `${mode}: gaps at the joins: ${gaps}`;
    return null;
  } finally {
    await browser.close();
  }
}

const home = await mkdtemp(join(tmpdir(), "segue-soak-"));
const failures: string[] = [];
try {
  const dataDir = join(home, "data");
  if (folder) {
    const ingest = await runServerCommand(["ingest", resolve(folder)], { SEGUE_DATA_DIR: dataDir });
    console.log(ingest.output.trim().split("\n").slice(-3).join("\n"));
    if (ingest.code === 2 || ingest.code === null) throw new Error(ingest.output);
  }
  const server = await startServer({
    dataDir,
    env: folder ? {} : { SEGUE_DEMO: "1", SEGUE_DEMO_TRACKS: "8" },
  });
  try {
    const tracks = await chooseTracks(server);
    for (const mode of modes) {
      const failure = await play(server, tracks, mode);
      if (failure !== null) failures.push(failure);
    }
  } finally {
    await server.remove();
  }
} finally {
  await rm(home, { recursive: true, force: true });
}
for (const failure of failures) console.error(failure);
console.log(`${modes.length - failures.length} passed, ${failures.length} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;
