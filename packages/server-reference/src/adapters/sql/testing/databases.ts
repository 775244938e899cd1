/** Databases for tests: each has the tables of its migrations, and nobody else's rows. */
import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { SqlDatabase } from "../database";
import type { Hear } from "../driver";
import { type MigrationSet, migrate } from "../migrate";
import { openPostgres } from "../open-postgres";
import { openSqlite } from "../open-sqlite";

/** Where a suite gets its databases from. */
export interface TestDatabases<DB> {
  /** A database as it is after migrating; whoever asks for it closes it. */
  fresh(): Promise<SqlDatabase<DB>>;
  /** To be called after the last test. */
  end(): Promise<void>;
}

/** In memory, migrated each time. */
export function sqliteDatabases<DB>(set: MigrationSet, hear?: Hear): TestDatabases<DB> {
  return {
    async fresh() {
      const database = openSqlite<DB>(":memory:", hear ? { hear } : {});
      await migrate(database, set);
      return database;
    },
    end: async () => {},
  };
}

/**
 * In the PostgreSQL server at `url`, whose user may create databases: one is migrated, each fresh one is a copy of it.
 */
export function postgresDatabases<DB>(url: string, set: MigrationSet, hear?: Hear): TestDatabases<DB> {
  const prefix = `segue_${randomBytes(6).toString("hex")}`;
  const server = openPostgres<unknown>(url, { connections: 1 });
  // Whoever asks for the first database hears of it.
  server.catch(() => {});
  const say = async (statement: string) => sql.raw(statement).execute((await server).query);
  const open = (name: string) => {
    const own = new URL(url);
    own.pathname = `/${name}`;
    return openPostgres<DB>(own.href, hear ? { hear } : {});
  };
  async function makeModel(): Promise<string> {
    await say(`CREATE DATABASE ${prefix}`);
    const database = await open(prefix);
    await migrate(database, set);
    await database.close();
    return prefix;
  }
  let model: Promise<string> | undefined;
  let count = 0;
  return {
    async fresh() {
      model ??= makeModel();
      const name = `${prefix}_${++count}`;
      await say(`CREATE DATABASE ${name} TEMPLATE ${await model} STRATEGY file_copy`);
      const database = await open(name);
      return {
        ...database,
        async close() {
          await database.close();
          await say(`DROP DATABASE ${name} WITH (FORCE)`);
        },
      };
    },
    async end() {
      if (model) await say(`DROP DATABASE ${await model}`);
      await (await server).close();
    },
  };
}
