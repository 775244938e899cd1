/** `npm run soak -- NAME`: the long form of a test. */
import { runNamed } from "./named-programs.mjs";

await runNamed("soak", "soak");
