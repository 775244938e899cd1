/** `npm run speaker -- --name Kitchen`: a speaker in this terminal. */
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, root, run } from "./workspace.mjs";

await ensureInstalled();
await ensureBuilt();
// Ctrl+C reaches the speaker as well, which says goodbye to the others; this program waits for it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
process.exitCode = await run(process.execPath, [
  join(root, "examples/speaker/speaker.mjs"),
  ...process.argv.slice(2),
]);
