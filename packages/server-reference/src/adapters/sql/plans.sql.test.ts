/** The plans of all statements that the suites of stores make: none reads a whole table that grows. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { CompiledQuery } from "kysely";
import { listenToSuites, onSql } from "../../../test/support/sql";
import { MAIN } from "./migrations";
import type { Database } from "./tables";
import { wholeScans } from "./testing/whole-scans";

/** Tables that may be read as a whole, and why they stay small. */
const SMALL: Readonly<Record<string, string>> = {
  license_signing_keys: "a row for each rotation",
  schema_migrations: "a row for each step",
};

/** Parts of statements that are to read a whole table, and why. */
const WHOLE: Readonly<Record<string, string>> = {
  'from "users" where "password_hash" is not null order by "login"': "an operator's list of all listeners",
};

const statements = new Map<string, CompiledQuery>();
listenToSuites((query) => {
  if (/^(select|insert|update|delete|with)\b/.test(query.sql) && !statements.has(query.sql))
    statements.set(query.sql, query);
});
const suites = readdirSync(import.meta.dirname).filter((file) => file.endsWith("-store.sql.test.ts"));
for (const suite of suites) await import(join(import.meta.dirname, suite));
listenToSuites(() => {});

onSql<Database>(MAIN, ({ describe, test, equal }, databases) =>
  describe("the statements of stores", () => {
    test("read no table as a whole", async () => {
      equal([statements.size > 50, suites.length > 7], [true, true]);
      const database = await databases.fresh();
      const found: string[] = [];
      for (const query of statements.values())
        for (const table of await wholeScans(database, query))
          if (!(table in SMALL)) found.push(`${table}: ${query.sql}`);
      await database.close();
      const meant = (line: string) => Object.keys(WHOLE).filter((part) => line.includes(part));
      equal(
        found.filter((line) => meant(line).length === 0),
        [],
      );
      equal([...new Set(found.flatMap(meant))], Object.keys(WHOLE));
    });

    test("would be found out", async () => {
      const database = await databases.fresh();
      const { query } = database;
      const albums = query.selectFrom("albums").select("id");
      const scans = async (statement: { compile(): CompiledQuery }) =>
        wholeScans(database, statement.compile());
      equal(
        [
          await scans(albums.where("title", "=", "a")),
          await scans(albums.orderBy("sort_title").limit(1)),
          await scans(albums.where("title", "=", "a").orderBy("id").limit(1)),
          await scans(albums.orderBy("popularity", "desc")),
          await scans(query.selectFrom("albums").select(({ fn }) => fn.countAll().as("n"))),
          await scans(query.deleteFrom("albums").where("title", "=", "a")),
          await scans(query.updateTable("albums").set({ title: "b" }).where("title", "=", "a")),
          await scans(
            albums.where("id", "in", query.selectFrom("tracks").select("album_id").where("title", "=", "a")),
          ),
        ],
        [["albums"], ["albums"], ["albums"], ["albums"], ["albums"], ["albums"], ["albums"], ["tracks"]],
      );
      equal(await scans(albums.orderBy("popularity", "desc").orderBy("id").limit(1)), []);
      equal(await scans(albums.where("id", "=", "a")), []);
      await database.close();
    });
  }),
);
