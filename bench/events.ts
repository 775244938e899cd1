/** Play events accepted durably over HTTP, beside the same rows inserted bare into SQLite with synchronous=FULL. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../packages/server-reference", import.meta.url));
const args = ["--import", "tsx", "--conditions=segue-source", "bench/events.ts", ...process.argv.slice(2)];
const child = spawn(process.execPath, args, { cwd: folder, stdio: "inherit" });
child.once("close", (code) => {
  process.exitCode = code ?? 1;
});
