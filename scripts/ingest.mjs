/** `npm run ingest -- FOLDER`: add a folder of recordings to the catalog. */
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, root, runUntilItStops } from "./workspace.mjs";

await ensureInstalled();
await ensureBuilt();
const server = join(root, "packages/server-reference/dist/cli/segue-server.js");
process.exitCode = await runUntilItStops(process.execPath, [server, "ingest", ...process.argv.slice(2)], {
  cwd: process.env.INIT_CWD ?? root,
  env: { SEGUE_DATA_DIR: process.env.SEGUE_DATA_DIR ?? join(root, ".segue") },
});
