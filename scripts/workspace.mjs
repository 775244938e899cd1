/** What every command of this repository does first: install pinned dependencies, build what changed. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
const PNPM = "pnpm@10.34.9";

/** Exits with one clear line when Node is too old to go on. */
export function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 20)) {
    console.error(`Segue needs Node 20.20 or newer; this is ${process.versions.node}.`);
    process.exit(2);
  }
}

/**
 * Runs a program from the repository's root and resolves with its exit code; output passes through unless `quiet`.
 * With `quiet` the output is kept and printed only when the program fails.
 */
export function run(command, args, { env = {}, quiet = false, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit",
    });
    const kept = [];
    child.stdout?.on("data", (chunk) => kept.push(chunk));
    child.stderr?.on("data", (chunk) => kept.push(chunk));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const exit = code ?? (signal ? 1 : 0);
      if (quiet && exit !== 0) process.stderr.write(Buffer.concat(kept));
      resolve(exit);
    });
  });
}

/**
 * Runs a program that decides itself how it stops: signals are handed on, and its end is waited for. A terminal gives
 * Ctrl+C to the program as well; it takes the two for one.
 */
export function runUntilItStops(command, args, { env = {}, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: "inherit" });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

/** Says what is done and, once it took its time, how long it has been going on. */
export async function announce(what, work) {
  const began = performance.now();
  const seconds = () => Math.round((performance.now() - began) / 1000);
  const { stdout } = process;
  stdout.write(`${what} …`);
  const clock = stdout.isTTY ? setInterval(() => stdout.write(`\r${what} … ${seconds()} s`), 1000) : null;
  try {
    return await work();
  } finally {
    clearInterval(clock);
    stdout.write(stdout.isTTY ? `\r${what} … ${seconds()} s\n` : ` ${seconds()} s\n`);
  }
}

/** Path of a program that the workspace installed. */
export const bin = (name) => join(root, "node_modules", ".bin", name);

/** Runs pnpm at the pinned version. */
export const pnpm = (args, options) => run("npx", ["--yes", PNPM, ...args], options);

function stampIs(name, value) {
  const file = join(root, "node_modules", name);
  return existsSync(file) && readFileSync(file, "utf8") === value;
}

function setStamp(name, value) {
  mkdirSync(join(root, "node_modules"), { recursive: true });
  writeFileSync(join(root, "node_modules", name), value);
}

/** Installs the locked dependencies unless that was done for this lock file. */
export async function ensureInstalled() {
  requireNode();
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "pnpm-lock.yaml")))
    .digest("hex");
  if (stampIs(".segue-installed", lock)) return;
  const install = () => pnpm(["install", "--frozen-lockfile", "--prefer-offline"], { quiet: true });
  if ((await announce("Installing dependencies (once per lock file)", install)) !== 0) {
    console.error("Installing failed; the output above says why. Segue needs the npm registry once.");
    process.exit(1);
  }
  setStamp(".segue-installed", lock);
}

const SOURCES = ["packages", "examples"];
const CONFIG = /^(package\.json|tsconfig.*\.json|tsup\.config\.ts|vite\.config\.ts|.*\.html)$/;

/** Path, size and time of each file that a build reads. */
function sourceFingerprint() {
  const hash = createHash("sha256");
  const visit = (folder, inside) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (["node_modules", "dist", "fixtures", ".turbo"].includes(entry.name)) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path, inside || entry.name === "src" || entry.name === "public");
      else if (inside ? !entry.name.endsWith(".test.ts") : CONFIG.test(entry.name)) {
        const { size, mtimeMs } = statSync(path);
        hash.update(`${path}\0${size}\0${mtimeMs}\n`);
      }
    }
  };
  for (const folder of SOURCES) visit(join(root, folder), false);
  return hash.digest("hex");
}

/** Builds every package whose sources changed; nothing is started when none did. */
export async function ensureBuilt() {
  const fingerprint = sourceFingerprint();
  if (stampIs(".segue-built", fingerprint)) return;
  const build = () =>
    pnpm(["exec", "turbo", "run", "build", "--output-logs=errors-only"], {
      quiet: true,
      env: { TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" },
    });
  const code = await announce("Building packages", build);
  if (code !== 0) {
    console.error("The build failed; the output above says where.");
    process.exit(1);
  }
  setStamp(".segue-built", fingerprint);
}
