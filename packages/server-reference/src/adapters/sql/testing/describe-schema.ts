/** What a database's tables are, said in the same words for both databases. */
import { sql } from "kysely";
import type { SqlDatabase } from "../database";

/** A table. */
export interface TableShape {
  /** In order: `name kind`, `null` where it may be missing, and its default. */
  readonly columns: readonly string[];
  readonly primaryKey: readonly string[];
  /** Sets of columns whose values are unique together. */
  readonly unique: readonly string[];
  /** `name: columns`, and which rows a partial one has. */
  readonly indexes: readonly string[];
  readonly foreignKeys: readonly string[];
  /** How many conditions it checks. */
  readonly checks: number;
}

/** Every table by its name. */
export type SchemaShape = Readonly<Record<string, TableShape>>;

const column = (name: string, kind: string, nullable: boolean, fallback: string | null) =>
  [`${name} ${kind}`, ...(nullable ? ["null"] : []), ...(fallback === null ? [] : [`= ${fallback}`])].join(
    " ",
  );
const reference = (from: readonly string[], table: string, to: readonly string[], gone: string) =>
  `${from.join(", ")} -> ${table} (${to.join(", ")})${gone === "NO ACTION" ? "" : ` ${gone}`}`;

async function rowsOf<Row>({ query }: SqlDatabase<unknown>, text: string): Promise<readonly Row[]> {
  return (await sql.raw<Row>(text).execute(query)).rows;
}

async function sqliteTable(db: SqlDatabase<unknown>, table: string, ddl: string): Promise<TableShape> {
  const columns = await rowsOf<{
    name: string;
    type: string;
    notnull: number;
    dflt_value: string;
    pk: number;
  }>(db, `SELECT * FROM pragma_table_info('${table}')`);
  const lists = await rowsOf<{ name: string; origin: string }>(
    db,
    `SELECT * FROM pragma_index_list('${table}')`,
  );
  const unique: string[] = [];
  const indexes: string[] = [];
  for (const { name, origin } of lists) {
    const keys = await rowsOf<{ name: string; desc: number }>(
      db,
      `SELECT * FROM pragma_index_xinfo('${name}') WHERE key = 1 ORDER BY seqno`,
    );
    const said = keys.map((key) => (key.desc ? `${key.name} desc` : key.name)).join(", ");
    if (origin === "u") unique.push(said);
    if (origin !== "c") continue;
    const [made] = await rowsOf<{ sql: string }>(db, `SELECT sql FROM sqlite_master WHERE name = '${name}'`);
    const only = /WHERE (.*)$/s.exec(made!.sql)?.[1];
    indexes.push(`${name}: ${said}${only ? ` where ${only}` : ""}`);
  }
  const keys = await rowsOf<{ table: string; from: string; to: string; on_delete: string }>(
    db,
    `SELECT * FROM pragma_foreign_key_list('${table}')`,
  );
  return {
    columns: columns.map(({ name, type, notnull, dflt_value: fallback, pk }) =>
      column(name, type.toLowerCase(), !notnull && pk === 0, fallback),
    ),
    primaryKey: columns
      .filter(({ pk }) => pk > 0)
      .sort((a, b) => a.pk - b.pk)
      .map(({ name }) => name),
    unique: unique.sort(),
    indexes: indexes.sort(),
    foreignKeys: keys.map((key) => reference([key.from], key.table, [key.to], key.on_delete)).sort(),
    checks: ddl.split("CHECK (").length - 1,
  };
}

async function sqliteSchema(db: SqlDatabase<unknown>): Promise<SchemaShape> {
  const tables = await rowsOf<{ name: string; sql: string }>(
    db,
    "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
  );
  const shapes = tables.map(
    async ({ name, sql: text }) => [name, await sqliteTable(db, name, text)] as const,
  );
  return Object.fromEntries(await Promise.all(shapes));
}

/** The kinds that SQLite tells apart. */
const POSTGRES_KINDS: Readonly<Record<string, string>> = {
  'text "C"': "text",
  bigint: "integer",
  smallint: "integer",
  "double precision": "real",
  bytea: "blob",
};
const ON_DELETE: Readonly<Record<string, string>> = { a: "NO ACTION", c: "CASCADE", n: "SET NULL" };
const names = (of: string, relation: string) =>
  `(SELECT json_agg(attname ORDER BY place) FROM unnest(${of}) WITH ORDINALITY AS k (number, place)
    JOIN pg_attribute ON attrelid = ${relation} AND attnum = k.number)`;

async function postgresSchema(db: SqlDatabase<unknown>): Promise<SchemaShape> {
  const of = `FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`;
  const tables = await rowsOf<{ oid: string; name: string }>(
    db,
    `SELECT c.oid::text AS oid, relname AS name ${of} ORDER BY relname COLLATE "C"`,
  );
  const shapes = tables.map(async ({ oid, name }) => [name, await postgresTable(db, oid)] as const);
  return Object.fromEntries(await Promise.all(shapes));
}

async function postgresTable(db: SqlDatabase<unknown>, oid: string): Promise<TableShape> {
  const columns = await rowsOf<{ name: string; type: string; required: number; fallback: string | null }>(
    db,
    `SELECT attname AS name, attnotnull AS required, pg_get_expr(adbin, adrelid) AS fallback,
            format_type(atttypid, atttypmod) || coalesce(' "' || collname || '"', '') AS type
     FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     LEFT JOIN pg_collation ON pg_collation.oid = attcollation
     WHERE attrelid = ${oid} AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
  );
  const lists = await rowsOf<{ name: string; ddl: string; only: string | null; constraint: string | null }>(
    db,
    `SELECT relname AS name, pg_get_indexdef(indexrelid) AS ddl, pg_get_expr(indpred, indrelid) AS only, contype AS "constraint"
     FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid LEFT JOIN pg_constraint ON conindid = indexrelid AND contype IN ('p', 'u')
     WHERE indrelid = ${oid}`,
  );
  const keysOf = (ddl: string) => /USING btree \(([^)]*)\)/.exec(ddl)![1]!.replace(/ DESC\b/g, " desc");
  const said = (type: string | null) => lists.filter((index) => index.constraint === type);
  const keys = await rowsOf<{ from: string; table: string; to: string; gone: string }>(
    db,
    `SELECT ${names("conkey", "conrelid")} AS "from", confrelid::regclass::text AS "table",
            ${names("confkey", "confrelid")} AS "to", confdeltype AS gone
     FROM pg_constraint WHERE conrelid = ${oid} AND contype = 'f'`,
  );
  const [checked] = await rowsOf<{ n: number }>(
    db,
    `SELECT count(*) AS n FROM pg_constraint WHERE conrelid = ${oid} AND contype = 'c'`,
  );
  return {
    columns: columns.map(({ name, type, required, fallback }) =>
      column(name, POSTGRES_KINDS[type] ?? type, !required, fallback?.replace(/::[a-z ]+$/, "") ?? null),
    ),
    primaryKey: said("p").flatMap(({ ddl }) =>
      keysOf(ddl)
        .split(", ")
        .map((key) => key.replaceAll('"', "")),
    ),
    unique: said("u")
      .map(({ ddl }) => keysOf(ddl))
      .sort(),
    indexes: said(null)
      .map(({ name, ddl, only }) => `${name}: ${keysOf(ddl)}${only ? ` where ${only.slice(1, -1)}` : ""}`)
      .sort(),
    foreignKeys: keys
      .map(({ from, table, to, gone }) =>
        reference(JSON.parse(from), table, JSON.parse(to), ON_DELETE[gone] ?? gone),
      )
      .sort(),
    checks: checked!.n,
  };
}

/** The tables of `database`. */
export function describeSchema<DB>(database: SqlDatabase<DB>): Promise<SchemaShape> {
  const any = database as SqlDatabase<unknown>;
  return database.dialect.name === "sqlite" ? sqliteSchema(any) : postgresSchema(any);
}
