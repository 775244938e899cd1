/**
 * Runs one engine and ends it when its input closes: then whoever started it has ended, in whatever way.
 * Its folder goes with it.
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";

/** How long an engine may take to stop before it is killed, in milliseconds. */
const PATIENCE_MS = 10_000;

const { command, args, folder, signal, uid, gid } = JSON.parse(process.argv[2]);
// A group of its own: Ctrl+C in a terminal reaches the keeper alone, which waits for the tests to end.
const options = { cwd: folder, stdio: ["ignore", "inherit", "inherit"], detached: true };
const engine = spawn(command, args, uid === undefined ? options : { ...options, uid, gid });

function stop() {
  engine.kill(signal);
  setTimeout(() => engine.kill("SIGKILL"), PATIENCE_MS).unref();
}
function ended(code) {
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}

process.on("SIGINT", () => {});
process.on("SIGTERM", stop);
process.on("SIGHUP", stop);
process.stdin.on("close", stop).resume();
engine.on("error", (error) => {
  console.error(error.message);
  ended(1);
});
engine.on("exit", (code) => ended(code ?? 1));
