import { serveJobs } from "../media-production/worker-pool";
import { render } from "./render-job";

serveJobs(render);
