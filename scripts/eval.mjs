/** `npm run eval -- NAME`: measure quality on local copies of public data sets, which are never committed. */
import { runNamed } from "./named-programs.mjs";

await runNamed("eval", "eval");
