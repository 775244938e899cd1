/** `npm run conformance -- COMMAND`: judge a server by the specification. */
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, root, run } from "./workspace.mjs";

await ensureInstalled();
await ensureBuilt();
// Ctrl+C reaches the suite too, which reports what it has.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
const suite = join(root, "packages/conformance/dist/cli.js");
process.exitCode = await run(process.execPath, [suite, ...process.argv.slice(2)], {
  cwd: process.env.INIT_CWD ?? root,
});
