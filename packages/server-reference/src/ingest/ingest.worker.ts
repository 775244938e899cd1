import { serveJobs } from "../adapters/workers/worker-pool";
import { ingestOne } from "./ingest-file";

serveJobs(ingestOne);
