import { ingestOne } from "./ingest-job";
import { serveJobs } from "./worker-pool";

serveJobs(ingestOne);
