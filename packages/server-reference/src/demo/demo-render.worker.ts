import { constants, setPriority } from "node:os";
import { serveJobs } from "../media-production/worker-pool";
import { render } from "./render-job";

// On Linux this holds for the calling thread alone; elsewhere it would slow the whole server.
if (process.platform === "linux") {
  try {
    setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // Not allowed here: then rendering competes with the server.
  }
}
serveJobs(render);
