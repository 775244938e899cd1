/** `npm run bench -- NAME`: measure one thing beside a peer in the same run. */
import { runNamed } from "./named-programs.mjs";

await runNamed("bench", "bench");
