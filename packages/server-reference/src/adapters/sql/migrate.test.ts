import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import Libsql from "libsql";
import { afterAll, describe, expect, test } from "vitest";
import { EVENT_MIGRATIONS, MIGRATIONS } from "../../../test/support/released-schema";
import { checkMigrated, type MigrationSet, migrate, SchemaMismatch } from "./migrate";
import { EVENTS, MAIN } from "./migrations";
import { openSqlite } from "./open-sqlite";
import type { Database } from "./tables";

const folder = mkdtempSync(join(tmpdir(), "segue-migrate-"));
let count = 0;
const fresh = () => join(folder, `${++count}.db`);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The steps that are written in two places. */
const RELEASED = MAIN.steps.slice(0, MIGRATIONS.length);

/** What SQLite was told, without what differs to the eye alone. */
function told(file: string): readonly string[] {
  const connection = new Libsql(file);
  const rows = connection
    .prepare(
      "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'schema_migrations' ORDER BY name",
    )
    .all([]) as { sql: string }[];
  connection.close();
  return rows.map((row) => row.sql.replace(/\s+/g, " ").replaceAll('"', ""));
}

async function migrated(file: string, set: MigrationSet): Promise<string> {
  const database = openSqlite(file);
  await migrate(database, set);
  await database.close();
  return file;
}

/** A file as servers made it that had `version` steps and no table of them. */
function released(version: number, steps = MIGRATIONS): string {
  const file = fresh();
  const old = new Libsql(file);
  for (const step of steps.slice(0, version)) old.exec(step);
  old.exec(`PRAGMA user_version = ${version}`);
  old.close();
  return file;
}

describe("a data directory of before", () => {
  test("has the tables, to the letter, that the steps make", async () => {
    const [main, events] = [released(MIGRATIONS.length), released(1, EVENT_MIGRATIONS)];
    expect(told(await migrated(fresh(), { ...MAIN, steps: RELEASED }))).toEqual(told(main));
    expect(told(await migrated(fresh(), EVENTS))).toEqual(told(events));
  });

  test.each([1, 2, 3, 4, 5, 6])("is taken over at version %i with every row", async (version) => {
    const file = released(version);
    const old = new Libsql(file);
    old.exec("INSERT INTO settings VALUES ('seed', '7')");
    old.exec("INSERT INTO server_secrets VALUES ('license', x'00ff', 1)");
    old.close();
    expect(told(await migrated(file, MAIN))).toEqual(told(await migrated(fresh(), MAIN)));
    const database = openSqlite(file);
    expect((await sql`SELECT * FROM settings`.execute(database.query)).rows).toEqual([
      { name: "seed", value: "7" },
    ]);
    expect((await sql`SELECT value FROM server_secrets`.execute(database.query)).rows).toEqual([
      { value: new Uint8Array([0, 255]) },
    ]);
    const names = await sql<{ name: string }>`SELECT name FROM schema_migrations ORDER BY number`.execute(
      database.query,
    );
    expect(names.rows.map(({ name }) => name)).toEqual(MAIN.steps.map(({ name }) => name));
    // The servers of before count by the file's number.
    expect((await sql`PRAGMA user_version`.execute(database.query)).rows).toEqual([
      { user_version: MAIN.steps.length },
    ]);
    await database.close();
  });

  test("keeps everybody signed in", async () => {
    const file = released(MIGRATIONS.length);
    const old = new Libsql(file);
    const insert = old.prepare("INSERT INTO oidc_payloads (model, id, payload) VALUES ('AccessToken', ?, ?)");
    insert.run(["ada's", '{"accountId":"ada"}']);
    insert.run(["nobody's", "{}"]);
    insert.run(["theirs", '{"accountId":"ada","nonce":"\\u0000\\ud800"}']);
    old.close();
    const database = openSqlite<Database>(await migrated(file, MAIN));
    const rows = await database.query.selectFrom("oidc_payloads").select(["id", "user_id"]).execute();
    expect(Object.fromEntries(rows.map((row) => [row.id, row.user_id]))).toEqual({
      "ada's": "ada",
      "nobody's": null,
      theirs: "ada",
    });
    await database.close();
  });

  test("is refused when a newer server has counted further, with or without the table of steps", async () => {
    const file = await migrated(fresh(), MAIN);
    const newer = new Libsql(file);
    newer.exec(`PRAGMA user_version = ${MAIN.steps.length + 1}`);
    newer.close();
    await expect(migrated(file, MAIN)).rejects.toThrow(SchemaMismatch);
  });

  test.each([1, MIGRATIONS.length])("is known at version %i, and left as it is", async (version) => {
    const file = released(version);
    const before = told(file);
    const database = openSqlite(file);
    const checked = checkMigrated(database, { ...MAIN, steps: RELEASED });
    if (version === MIGRATIONS.length) await checked;
    else await expect(checked).rejects.toThrow("another version of the server");
    await database.close();
    expect(told(file)).toEqual(before);
  });
});
