/** `npm start`: install, build, and serve the reference server with the web player. */
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, root, runUntilItStops } from "./workspace.mjs";

if (process.argv.includes("--help")) {
  console.log(`npm start

Installs, builds, and serves the reference server with the web player; Ctrl+C stops it.
Configuration comes from the environment; the most useful:
  SEGUE_PORT         port to listen on (4600)
  SEGUE_DATA_DIR     where everything is kept (.segue)
  SEGUE_DEMO         1: seed and render the demo catalog (default); 0: off
  SEGUE_DEMO_TRACKS  number of demo tracks (all)
  SEGUE_SANDBOX      1: demo users and one-click sign-in, loopback only (default); 0: off
All of it: docs/guides/run-the-server.md`);
  process.exit(0);
}

await ensureInstalled();
await ensureBuilt();
const server = join(root, "packages/server-reference/dist/cli/segue-server.js");
process.exitCode = await runUntilItStops(process.execPath, [server, "serve", ...process.argv.slice(2)], {
  env: { SEGUE_WEB_DIR: process.env.SEGUE_WEB_DIR ?? join(root, "examples/web-player/dist") },
});
