/** Suites on whichever database the run is on. */
import { afterAll, describe, inject } from "vitest";
import type { Hear } from "../../src/adapters/sql/driver";
import type { MigrationSet } from "../../src/adapters/sql/migrate";
import {
  postgresDatabases,
  sqliteDatabases,
  type TestDatabases,
} from "../../src/adapters/sql/testing/databases";
import type { SuiteTools } from "../../src/testing/suite-tools";
import { TOOLS } from "./suite-tools";

declare module "vitest" {
  interface ProvidedContext {
    /** Of a server whose user may create databases; there in the run on PostgreSQL alone. */
    postgresUrl?: string;
  }
}

type Suite<DB> = (tools: SuiteTools, databases: TestDatabases<DB>) => void;

let listener: Hear | undefined;

/** Tells `hear` of every statement of the suites that follow. */
export function listenToSuites(hear: Hear): void {
  listener = hear;
}

/**
 * Runs `suite` with the tables of `set`, in files named `*.sql.test.ts`: `npm test` has them on SQLite, `npm test --
 * engines` once more on PostgreSQL.
 */
export function onSql<DB>(set: MigrationSet, suite: Suite<DB>): void {
  const url = inject("postgresUrl");
  const databases = url ? postgresDatabases<DB>(url, set, listener) : sqliteDatabases<DB>(set, listener);
  describe(url ? "on PostgreSQL" : "on SQLite", () => {
    afterAll(() => databases.end());
    suite(TOOLS, databases);
  });
}
