/** What migrating must do to a database, whichever it is. */
import { sql } from "kysely";
import type { SuiteTools } from "../../../testing/suite-tools";
import type { SqlDatabase } from "../database";
import { ddl } from "../ddl";
import { type MigrationSet, migrate, SchemaMismatch } from "../migrate";
import { EVENTS, MAIN } from "../migrations";
import type { TestDatabases } from "./databases";
import { describeSchema, type SchemaShape } from "./describe-schema";

/** A set without steps, for databases that are to be migrated by hand. */
export const NO_TABLES: MigrationSet = { area: "none", steps: [] };

async function refusal(work: Promise<void>): Promise<unknown> {
  try {
    await work;
    return "succeeded";
  } catch (error) {
    return error instanceof SchemaMismatch ? "mismatch" : error;
  }
}

/** The tables of the server and of its event log, in databases of their own. */
async function shapes(databases: TestDatabases<unknown>): Promise<readonly SchemaShape[]> {
  const made: SchemaShape[] = [];
  for (const set of [MAIN, EVENTS]) {
    const database = await databases.fresh();
    await migrate(database, set);
    made.push(await describeSchema(database));
    await database.close();
  }
  return made;
}

/**
 * @param reference Databases whose tables those of `databases` must equal
 */
export function schemaSuite(
  { describe, test, equal }: SuiteTools,
  databases: TestDatabases<unknown>,
  reference: TestDatabases<unknown>,
): void {
  const first: MigrationSet = {
    area: "main",
    steps: [{ name: "first", statements: ddl`CREATE TABLE a (x ${"text"} NOT NULL) ${"plain"};` }],
  };
  const second: MigrationSet = {
    ...first,
    steps: [...first.steps, { name: "second", statements: ddl`ALTER TABLE a ADD COLUMN y ${"integer"};` }],
  };
  const columns = async (database: SqlDatabase<unknown>) => (await describeSchema(database)).a?.columns;
  const withDatabase = (body: (database: SqlDatabase<unknown>) => Promise<void>) => async () => {
    const database = await databases.fresh();
    try {
      await body(database);
    } finally {
      await database.close();
    }
  };

  describe("migrations", () => {
    test("make the same tables, columns, keys, indexes and conditions on every database", async () => {
      const [made, expected] = [await shapes(databases), await shapes(reference)];
      equal(made, expected);
      equal(
        made.map((shape) => Object.keys(shape).length > 6),
        [true, true],
      );
    });

    test(
      "apply what is missing, once, also when several start together",
      withDatabase(async (database) => {
        await migrate(database, first);
        equal(await columns(database), ["x text"]);
        await Promise.all([1, 2, 3].map(() => migrate(database, second)));
        equal(await columns(database), ["x text", "y integer null"]);
        await migrate(database, second);
      }),
    );

    test(
      "begin together on an empty database",
      withDatabase(async (database) => {
        await Promise.all([1, 2, 3, 4].map(() => migrate(database, second)));
        equal(await columns(database), ["x text", "y integer null"]);
      }),
    );

    test(
      "leave a newer server's database, and one of other steps, as it is",
      withDatabase(async (database) => {
        await migrate(database, second);
        equal(await refusal(migrate(database, first)), "mismatch");
        const [, step] = second.steps;
        const other = { ...second, steps: [{ ...first.steps[0]!, name: "other" }, step!] };
        equal(await refusal(migrate(database, other)), "mismatch");
        equal(await columns(database), ["x text", "y integer null"]);
      }),
    );

    test(
      "keep nothing of a step that fails, and go on from there",
      withDatabase(async (database) => {
        const broken = ddl`ALTER TABLE a ADD COLUMN y ${"integer"};\nALTER TABLE nowhere ADD COLUMN z ${"text"};`;
        const failing = { ...second, steps: [...first.steps, { name: "second", statements: broken }] };
        equal((await refusal(migrate(database, failing))) instanceof Error, true);
        equal(await columns(database), ["x text"]);
        await sql`INSERT INTO a VALUES ('kept')`.execute(database.query);
        await migrate(database, second);
        equal((await sql`SELECT * FROM a`.execute(database.query)).rows, [{ x: "kept", y: null }]);
      }),
    );
  });
}
