/** A point read compiled once, beside the bare driver and a query that Kysely builds anew, on SQLite and PostgreSQL. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../packages/server-reference", import.meta.url));
const args = ["--import", "tsx", "--conditions=segue-source", "bench/sql.ts", ...process.argv.slice(2)];
const child = spawn(process.execPath, args, { cwd: folder, stdio: "inherit" });
child.once("close", (code) => {
  process.exitCode = code ?? 1;
});
