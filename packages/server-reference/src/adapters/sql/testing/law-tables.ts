/** A column of every kind, and what the laws of a database share. */
import type { SuiteTools } from "../../../testing/suite-tools";
import type { SqlDatabase } from "../database";
import { ddl, WORDS } from "../ddl";
import { DatabaseError } from "../errors";
import type { MigrationSet } from "../migrate";
import type { TestDatabases } from "./databases";

/** A column of every kind, and rows that depend on each other. */
export interface LawTables {
  things: {
    id: string;
    words: string | null;
    whole: number | null;
    fraction: number | null;
    bytes: Uint8Array | null;
    /** A boolean is taken for it. */
    flag: 0 | 1 | boolean | null;
    json: string | null;
    at: number | null;
  };
  parts: { id: number; thing_id: string; size: number };
}

const { text, integer, real, blob, flag, json, time, serial, plain } = WORDS;

/** The tables that the laws are tried on. */
export const LAW_TABLES: MigrationSet = {
  area: "laws",
  steps: [
    {
      name: "tables",
      statements: ddl`
CREATE TABLE things (
  id ${text} PRIMARY KEY, words ${text} UNIQUE, whole ${integer}, fraction ${real}, bytes ${blob}, flag ${flag},
  json ${json}, at ${time}
) ${plain};
CREATE TABLE parts (
  id ${serial} PRIMARY KEY, thing_id ${text} NOT NULL REFERENCES things (id) ON DELETE CASCADE,
  size ${integer} NOT NULL CHECK (size > 0)
) ${plain};
`,
    },
  ],
};

export type Thing = LawTables["things"];
export type LawDatabase = SqlDatabase<LawTables>;

/** The columns of a thing without any value. */
export const NOTHING = {
  words: null,
  whole: null,
  fraction: null,
  bytes: null,
  flag: null,
  json: null,
  at: null,
};

export const add = (db: LawDatabase, id: string, values: Partial<Thing> = {}) =>
  db.query
    .insertInto("things")
    .values({ ...NOTHING, id, ...values })
    .execute();
export const find = (db: LawDatabase, id: string) =>
  db.query.selectFrom("things").selectAll().where("id", "=", id).executeTakeFirst();
export const count = async (db: LawDatabase) =>
  (await db.query.selectFrom("things").select("id").execute()).length;

/** How `work` failed; the value of one that did not. */
export async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    return { succeeded: await work };
  } catch (error) {
    return error instanceof DatabaseError ? error.code : error;
  }
}

/** A law: a test with a database of its own. */
export function lawsOn(
  { test }: SuiteTools,
  databases: TestDatabases<LawTables>,
): (name: string, body: (db: LawDatabase) => Promise<void>) => void {
  return (name, body) =>
    test(name, async () => {
      const db = await databases.fresh();
      try {
        await body(db);
      } finally {
        await db.close();
      }
    });
}
