/** Brings the tables of a database up to date, step by step, each step in a transaction of its own. */
import { sql, type Transaction } from "kysely";
import type { SqlDatabase } from "./database";
import type { Ddl } from "./ddl";
import { DatabaseError } from "./errors";

/** A step. One that was released is never edited; another is added. */
export interface Migration {
  readonly name: string;
  readonly statements: Ddl;
}

/** The steps of tables that belong together, in order. Several sets may share a database. */
export interface MigrationSet {
  readonly area: string;
  readonly steps: readonly Migration[];
}

/** The database was made by another version of the server; `message` is one line that says so. */
export class SchemaMismatch extends Error {
  override readonly name = "SchemaMismatch";
}

const TABLE = "schema_migrations";

/**
 * Applies the steps of `set` that are missing. Processes that start together wait for each other.
 * @throws SchemaMismatch when the database knows steps that this server does not; nothing is changed then
 */
export async function migrate<DB>(database: SqlDatabase<DB>, set: MigrationSet): Promise<void> {
  await makeTable(database);
  while (await database.transaction((tx) => step(database, set, tx)));
}

async function makeTable<DB>({ query, dialect }: SqlDatabase<DB>): Promise<void> {
  const { types, endings } = dialect;
  const made = sql.raw(
    `CREATE TABLE IF NOT EXISTS ${TABLE} (area ${types.text} NOT NULL, number ${types.integer} NOT NULL,
     name ${types.text} NOT NULL, PRIMARY KEY (area, number)) ${endings.plain}`,
  );
  try {
    await made.execute(query);
  } catch (error) {
    // Another process made it at the same time: so PostgreSQL says it.
    if (!(error instanceof DatabaseError && error.code === "unique")) throw error;
  }
}

/** One step; whether there was one left. */
async function step<DB>(
  { dialect }: SqlDatabase<DB>,
  set: MigrationSet,
  tx: Transaction<DB>,
): Promise<boolean> {
  const lock = dialect.lock(TABLE);
  if (lock) await sql.raw(lock).execute(tx);
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM ${sql.table(TABLE)} WHERE area = ${set.area} ORDER BY number`.execute(tx);
  const applied = rows.map((row) => row.name);
  const known = set.steps.map((each) => each.name);
  const counted = await versionOf(dialect, tx);
  if (Math.max(applied.length, counted) > known.length || applied.some((name, i) => name !== known[i]))
    throw new SchemaMismatch(
      `the database was written by a newer server (${set.area}: ${applied.at(-1) ?? counted}, this server ends with ${known.at(-1)})`,
    );
  const note = (index: number) =>
    sql`INSERT INTO ${sql.table(TABLE)} VALUES (${set.area}, ${index + 1}, ${known[index]})`.execute(tx);
  for (let index = applied.length; index < counted; index++) await note(index);
  const next = Math.max(applied.length, counted);
  const migration = set.steps[next];
  if (!migration) return false;
  for (const statement of migration.statements(dialect)) await sql.raw(statement).execute(tx);
  await note(next);
  if (dialect.version) await sql.raw(dialect.version.write(next + 1)).execute(tx);
  return true;
}

/** How many steps the file counts, also those of before there was a table of them. */
async function versionOf<DB>({ version }: SqlDatabase<DB>["dialect"], tx: Transaction<DB>): Promise<number> {
  if (!version) return 0;
  const { rows } = await sql.raw<Record<string, number>>(version.read).execute(tx);
  return Object.values(rows[0]!)[0]!;
}
