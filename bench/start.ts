/** Time to first audio over a 100 ms, 10 Mbit/s link; grants per second and decryption beside their peers. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Track } from "@segue/core";
import { openBrowser } from "../test/harness/browser";
import { writeContinuousPiece } from "../test/harness/continuous-piece";
import { findAlbum, inspect, openPlayer, signIn } from "../test/harness/player-page";
import { freePort, runServerCommand, startServer } from "../test/harness/server";
import { openShapedLink } from "../test/harness/shaped-link";

declare global {
  interface Window {
    benchTracks: readonly Track[];
  }
}

const root = fileURLToPath(new URL("..", import.meta.url));
const options = parse(process.argv.slice(2));

interface Options {
  readonly starts: number;
  readonly rttMs: number;
  readonly mbps: number;
}

function parse(args: readonly string[]): Options {
  if (args.includes("--help")) {
    console.log(`npm run bench -- start [--starts 30] [--rtt MS] [--mbps N]

Starts N tracks, each for the first time, in Chromium over a shaped link, and prints p50 and p95 of each step
from play() to the first audible frame. Then grants per second beside a bare Fastify route, and decryption
beside bare WebCrypto.`);
    process.exit(0);
  }
  const value = (name: string, fallback: number) => {
    const at = args.indexOf(name);
    const number = at < 0 ? fallback : Number(args[at + 1]);
    if (!Number.isFinite(number) || number <= 0) {
      console.error(`${name} takes a positive number.`);
      process.exit(2);
    }
    return number;
  };
  return { starts: value("--starts", 30), rttMs: value("--rtt", 100), mbps: value("--mbps", 10) };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Starts each track of an album once and returns the steps of each start, milliseconds since play(). */
async function measureStarts(): Promise<readonly Readonly<Record<string, number>>[]> {
  const folder = await mkdtemp(join(tmpdir(), "segue-bench-"));
  const dataDir = join(folder, "data");
  const starts: Readonly<Record<string, number>>[] = [];
  console.log(`Preparing ${options.starts} tracks …`);
  // 40 s of sound per track: the file is far larger than what a start needs.
  await writeContinuousPiece(
    join(folder, "masters"),
    Array.from({ length: options.starts }, () => 40),
  );
  const ingest = await runServerCommand(["ingest", join(folder, "masters")], { SEGUE_DATA_DIR: dataDir });
  if (ingest.code !== 0) throw new Error(ingest.output);
  const port = await freePort();
  const link = await openShapedLink(port, { rttMs: options.rttMs, downBps: options.mbps * 1e6 });
  const url = `http://127.0.0.1:${link.port}`;
  const server = await startServer({ dataDir, port, env: { SEGUE_PUBLIC_URL: url } });
  const browser = await openBrowser();
  try {
    const page = await openPlayer(browser.context, url);
    await signIn(page);
    const album = await findAlbum(page, "One Piece");
    // As in the player: the list is on the screen before one of its tracks is pressed.
    await page.evaluate(async (id) => {
      const { items } = await window.segue.api.albumTracks(id, { limit: 100 });
      window.benchTracks = items;
    }, album);
    for (let index = 0; index < options.starts; index++) {
      await page.evaluate(
        ({ id, startIndex }) =>
          window.segue.player.playContext({ kind: "album", id, title: "One Piece" }, window.benchTracks, {
            startIndex,
          }),
        { id: album, startIndex: index },
      );
      await page.waitForFunction(() => window.segue.player.state.status === "playing", undefined, {
        timeout: 30_000,
      });
      const { lastStart } = await inspect(page);
      if (lastStart) starts.push({ ...lastStart.steps, total: lastStart.totalMs });
      await page.evaluate(() => window.segue.player.pause());
      // Longer than what is still on its way of the track before.
      await page.waitForTimeout(1_000);
    }
  } finally {
    await browser.close();
    await server.remove();
    await link.close();
    await rm(folder, { recursive: true, force: true });
  }
  return starts;
}

function printStarts(starts: readonly Readonly<Record<string, number>>[]): void {
  console.log(
    `\nTime to first audio: ${starts.length} starts, ${options.rttMs} ms RTT, ${options.mbps} Mbit/s, warm connection, cold tracks`,
  );
  console.log(
    `${"step (ms since play())".padEnd(28)} ${"p50".padStart(8)} ${"p95".padStart(8)} ${"max".padStart(8)}`,
  );
  const steps = [...new Set(starts.flatMap((start) => Object.keys(start)))];
  for (const step of steps) {
    const values = starts.flatMap((start) => start[step] ?? []);
    const columns = [percentile(values, 0.5), percentile(values, 0.95), Math.max(...values)];
    console.log(`${step.padEnd(28)} ${columns.map((value) => value.toFixed(0).padStart(8)).join(" ")}`);
  }
}

/** Runs another benchmark in a process of its own. */
function run(file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const tsx = join(root, "node_modules/.bin/tsx");
    const child = spawn(tsx, ["--conditions=segue-source", join(root, file)], { stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`${file} ended with code ${code}`)),
    );
  });
}

console.log(
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown processor"}, Node ${process.versions.node}, load ${loadavg()[0]?.toFixed(2)}`,
);
printStarts(await measureStarts());
await run("packages/server-reference/bench/grants.ts");
await run("packages/server-reference/bench/decrypt.ts");
console.log(`\nload at the end ${loadavg()[0]?.toFixed(2)}`);
