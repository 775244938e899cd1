/** Kills an ingest with SIGKILL again and again, and compares what it leaves with an undisturbed one. */
import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeContinuousPiece } from "../test/harness/continuous-piece";
import { runServerCommand, SERVER_PROGRAM } from "../test/harness/server";

const args = process.argv.slice(2);
if (args.includes("--help")) {
  console.log(`npm run soak -- ingest [--kills 100] [--tracks 6] [--seed N]

Ingests a folder while killing the process at random moments, --kills times, each time going on where it was.
Then nothing may be lost, nothing may be there twice, and the catalog must equal that of one undisturbed ingest.`);
  process.exit(0);
}
const option = (name: string, fallback: number) => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(args[at + 1]);
};
const kills = option("kills", 100);
const tracks = option("tracks", 6);
let seed = option("seed", Math.floor(performance.timeOrigin) >>> 0);

/** mulberry32: numbers from 0 to 1 that the seed decides. */
function random(): number {
  seed = (seed + 0x6d2b79f5) >>> 0;
  let value = Math.imul(seed ^ (seed >>> 15), seed | 1);
  value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
  return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
}

/** Starts an ingest and kills it after `afterMs`; resolves with whether it ended by itself before that. */
function ingestAndKill(masters: string, dataDir: string, afterMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [SERVER_PROGRAM, "ingest", masters], {
      stdio: "ignore",
      env: { ...process.env, SEGUE_DATA_DIR: dataDir },
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), afterMs);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve(code !== null);
    });
  });
}

interface Left {
  readonly catalog: string;
  readonly renditions: number;
  readonly files: readonly string[];
  readonly promised: readonly string[];
}

/** What an ingest left: the catalog's rows, the media objects that they promise, and the files that are there. */
async function readDataDir(dataDir: string): Promise<Left> {
  const Database = createRequire(import.meta.url)("libsql");
  const db = new Database(join(dataDir, "segue.db"));
  const rows = (sql: string): Record<string, unknown>[] => db.prepare(sql).all();
  const catalog = JSON.stringify([
    rows("select id, name from artists order by id"),
    rows("select id, title from albums order by id"),
    rows("select id, title, duration_ms from tracks order by id"),
    rows(
      "select track_id, codec, tier, total_frames, trim_start, trim_end from renditions order by track_id, codec, tier",
    ),
    rows("select track_id, state from media_states order by track_id"),
  ]);
  const promised = rows("select media_hash, byte_length from renditions order by media_hash").map(
    (row) => `${row.media_hash} ${row.byte_length}`,
  );
  db.close();
  const files: string[] = [];
  for (const name of await readdir(join(dataDir, "media"), { recursive: true })) {
    const info = await stat(join(dataDir, "media", name));
    if (info.isFile()) files.push(`${name.split("/").at(-1)} ${info.size}`);
  }
  return {
    catalog,
    renditions: promised.length,
    files: files.sort(),
    promised: [...new Set(promised)].sort(),
  };
}

const folder = await mkdtemp(join(tmpdir(), "segue-soak-"));
const masters = join(folder, "masters");
const firstSeed = seed;
let failure: string | null = null;
try {
  await writeContinuousPiece(
    masters,
    Array.from({ length: tracks }, (_, index) => 3 + (index % 3)),
  );
  const began = performance.now();
  const whole = await runServerCommand(["ingest", masters], { SEGUE_DATA_DIR: join(folder, "whole") });
  if (whole.code !== 0) throw new Error(whole.output);
  const wholeMs = performance.now() - began;

  const killed = join(folder, "killed");
  let done = 0;
  while (done < kills) {
    // When a run got to its end, the folder begins anew, so that every kill hits work.
    const ended = await ingestAndKill(masters, killed, 150 + random() * wholeMs);
    if (ended) await rm(killed, { recursive: true, force: true });
    else done += 1;
    if (done % 10 === 0 && !ended) console.log(`${done} of ${kills} kills`);
  }
  const last = await runServerCommand(["ingest", masters], { SEGUE_DATA_DIR: killed });
  const [expected, actual] = [await readDataDir(join(folder, "whole")), await readDataDir(killed)];
  if (last.code !== 0) failure = `the last ingest ended with code ${last.code}:\n${last.output}`;
  else if (actual.catalog !== expected.catalog)
    failure = `the catalogs differ:\n${expected.catalog}\n${actual.catalog}`;
  else if (actual.renditions !== actual.promised.length) failure = "a media object is promised twice";
  else if (JSON.stringify(actual.files) !== JSON.stringify(actual.promised))
    failure = `files and promises differ:\n${actual.files.join("\n")}\n---\n${actual.promised.join("\n")}`;
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (failure !== null) {
  console.error(
    `${failure}\nReplay: npm run soak -- ingest --kills ${kills} --tracks ${tracks} --seed ${firstSeed}`,
  );
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
} else {
  console.log(`${kills} kills: nothing lost, nothing twice (seed ${firstSeed})`);
  console.log("1 passed, 0 failed");
}
