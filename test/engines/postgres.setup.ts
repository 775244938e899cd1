/** One PostgreSQL for all files of a test run; each makes databases of its own in it. */
import type { TestProject } from "vitest/node";
import type {} from "../../packages/server-reference/test/support/sql";
import { startPostgres } from "./postgres";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  project.provide("postgresUrl", server.url);
  return server.stop;
}
