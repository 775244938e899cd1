/** Where a server of a test keeps its rows: on PostgreSQL in the run on it, else in its data directory. */
import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import { inject } from "vitest";
import { openPostgres } from "../../src/adapters/sql/open-postgres";
import type {} from "./sql";

const made = new Map<string, string>();

/** Settings of a server with `dataDir`; the same for one that is started again. */
export async function databaseSettings(dataDir: string): Promise<{ readonly SEGUE_DATABASE_URL?: string }> {
  // A benchmark makes its server outside a run of tests.
  const server = process.env.VITEST ? inject("postgresUrl") : undefined;
  if (!server) return {};
  const known = made.get(dataDir);
  if (known) return { SEGUE_DATABASE_URL: known };
  const name = `segue_${randomBytes(8).toString("hex")}`;
  const database = await openPostgres<unknown>(server, { connections: 1 });
  await sql.raw(`CREATE DATABASE ${name}`).execute(database.query);
  await database.close();
  const url = Object.assign(new URL(server), { pathname: name }).href;
  made.set(dataDir, url);
  return { SEGUE_DATABASE_URL: url };
}
