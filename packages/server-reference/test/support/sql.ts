/** Suites on real databases: SQLite anywhere, PostgreSQL where `npm test -- engines` has started one. */
import { afterAll, describe, expect, inject, test } from "vitest";
import type { MigrationSet } from "../../src/adapters/sql/migrate";
import { postgresDatabases, sqliteDatabases, type TestDatabases } from "../../src/adapters/sql/testing/databases";
import type { SuiteTools } from "../../src/testing/suite-tools";

declare module "vitest" {
  interface ProvidedContext {
    /** Of a server whose user may create databases. */
    postgresUrl: string;
  }
}

type Suite<DB> = (tools: SuiteTools, databases: TestDatabases<DB>) => void;

const tools: SuiteTools = {
  describe,
  test,
  equal: (actual, expected) => expect(actual).toEqual(expected),
};

function on<DB>(name: string, databases: TestDatabases<DB>, suite: Suite<DB>): void {
  describe(`on ${name}`, () => {
    afterAll(() => databases.end());
    suite(tools, databases);
  });
}

/** Runs `suite` on SQLite databases with the tables of `set`. */
export const onSqlite = <DB>(set: MigrationSet, suite: Suite<DB>): void =>
  on("SQLite", sqliteDatabases<DB>(set), suite);

/** Runs `suite` on PostgreSQL databases with the tables of `set`; for files named `*.postgres.test.ts`. */
export const onPostgres = <DB>(set: MigrationSet, suite: Suite<DB>): void =>
  on("PostgreSQL", postgresDatabases<DB>(inject("postgresUrl"), set), suite);
