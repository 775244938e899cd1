/** `npm run users -- list|add|change|password|remove`: the listeners who sign in with a password of the server. */
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, root, runUntilItStops } from "./workspace.mjs";

await ensureInstalled();
await ensureBuilt();
const server = join(root, "packages/server-reference/dist/cli/segue-server.js");
process.exitCode = await runUntilItStops(process.execPath, [server, "users", ...process.argv.slice(2)], {
  cwd: process.env.INIT_CWD ?? root,
  env: { SEGUE_DATA_DIR: process.env.SEGUE_DATA_DIR ?? join(root, ".segue") },
});
