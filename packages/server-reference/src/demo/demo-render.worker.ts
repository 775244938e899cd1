import { setPriority } from "node:os";
import { serveJobs } from "../adapters/workers/worker-pool";
import { render } from "./render-job";

/** Niceness: enough that the server's own thread comes first, not so much that a busy machine renders nothing. */
const BEHIND = 5;

// On Linux this holds for the calling thread alone; elsewhere it would slow the whole server.
if (process.platform === "linux") {
  try {
    setPriority(BEHIND);
  } catch {
    // Not allowed here: then rendering competes with the server.
  }
}
serveJobs(render);
