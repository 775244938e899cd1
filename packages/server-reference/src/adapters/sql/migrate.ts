/** Brings the tables of a database up to date, step by step, each step in a transaction of its own. */
import { type Kysely, sql, type Transaction } from "kysely";
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

/**
 * Changes nothing.
 * @throws SchemaMismatch unless the database has the steps of `set`, all of them and no others
 */
export async function checkMigrated<DB>(
  { query, dialect }: SqlDatabase<DB>,
  set: MigrationSet,
): Promise<void> {
  const known = set.steps.map((each) => each.name);
  const applied = await appliedTo(query, set.area).catch((error: unknown) => {
    // Of before there was the table.
    if (error instanceof DatabaseError && error.code === "statement") return [];
    throw error;
  });
  const counted = await versionOf(dialect, query);
  const same = applied.length > 0 ? applied.join() === known.join() : counted === known.length;
  if (!same)
    throw new SchemaMismatch(
      `the database belongs to another version of the server (${set.area}: ${applied.at(-1) ?? counted}, this command ends with ${known.at(-1)}); start the server of this version once`,
    );
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
  const known = set.steps.map((each) => each.name);
  const applied = await appliedTo(tx, set.area);
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

/** Names of the steps of `area` that were applied since there is a table of them. */
async function appliedTo<DB>(db: Kysely<DB>, area: string): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM ${sql.table(TABLE)} WHERE area = ${area} ORDER BY number`.execute(db);
  return rows.map((row) => row.name);
}

/** How many steps the file counts, also those of before there was a table of them. */
async function versionOf<DB>({ version }: SqlDatabase<DB>["dialect"], tx: Kysely<DB>): Promise<number> {
  if (!version) return 0;
  const { rows } = await sql.raw<Record<string, number>>(version.read).execute(tx);
  return Object.values(rows[0]!)[0]!;
}
