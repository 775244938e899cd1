/** `npm start`: install, build, and serve the reference server with the web player. */
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, root, runUntilItStops } from "./workspace.mjs";

if (process.argv.includes("--help")) {
  console.log(`npm start

Installs, builds, and serves the reference server with the web player.
Configuration comes from the environment; the most useful:
  SEGUE_PORT         port to listen on (4600)
  SEGUE_HOST         address to listen on (127.0.0.1)
  SEGUE_DATA_DIR     where everything is kept (.segue)
  SEGUE_SANDBOX      1: demo users and one-click sign-in, loopback only (default); 0: off
  SEGUE_DEMO         1: seed and render the demo catalog (default); 0: off
  SEGUE_LOG_LEVEL    trace, debug, info, warn, error (info)`);
  process.exit(0);
}

await ensureInstalled();
await ensureBuilt();
const server = join(root, "packages/server-reference/dist/cli/segue-server.js");
process.exitCode = await runUntilItStops(process.execPath, [server, "serve", ...process.argv.slice(2)], {
  env: { SEGUE_WEB_DIR: process.env.SEGUE_WEB_DIR ?? join(root, "examples/web-player/dist") },
});
