import { defineConfig } from "vitest/config";
import unit from "./vitest.unit.config";

/** Tests that need a real engine beside them, one engine at a time: SEGUE_ENGINE names it. */
const engine = process.env.SEGUE_ENGINE ?? "postgres";

/** Tests of a whole server over HTTP and sockets; the others of its folder are about files, or about no rows at all. */
const http = ["packages/server-reference/test/external.test.ts"];

export default defineConfig({
  ...unit,
  test: {
    // Suites of stores, and the server's HTTP tests, run on SQLite with the unit tests, and on the engine here.
    include: [`packages/*/{src,test}/**/*.{sql,${engine}}.test.ts`, ...http],
    exclude: ["**/node_modules/**", "**/dist/**"],
    globalSetup: [`test/engines/${engine}.setup.ts`],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
