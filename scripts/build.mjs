/** `npm run build`: install and build every package whose sources changed. */
import { ensureBuilt, ensureInstalled } from "./workspace.mjs";

await ensureInstalled();
await ensureBuilt();
