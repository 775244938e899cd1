import { createServer } from "node:net";
import { sql } from "kysely";
import { afterAll, describe, expect, inject, test } from "vitest";
import type {} from "../../../test/support/sql";
import type { SqlDatabase } from "./database";
import { DatabaseError } from "./errors";
import { openPostgres, type PostgresOptions } from "./open-postgres";

const url = inject("postgresUrl")!;
const { password } = new URL(url);
const server = await openPostgres(url);
afterAll(() => server.close());

/** `url` with parts of another. */
const like = (parts: Partial<Pick<URL, "username" | "password" | "port" | "pathname">>) =>
  Object.assign(new URL(url), parts).href;

async function refusal(at: string, options?: PostgresOptions): Promise<DatabaseError> {
  try {
    await (await openPostgres(at, options)).close();
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
  throw new Error("it was opened");
}

async function withDatabase(options: PostgresOptions, body: (db: SqlDatabase<unknown>) => Promise<void>) {
  const database = await openPostgres<unknown>(url, options);
  try {
    await body(database);
  } finally {
    await database.close();
  }
}

const processOf = async (database: SqlDatabase<unknown>) =>
  (await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(database.query)).rows[0]!.pid;

describe("PostgreSQL that cannot be used", () => {
  test.each([
    ["mysql://user@host/name", "postgres://user:password@host"],
    ["postgres://", "postgres://user:password@host"],
    ["not a URL", "postgres://user:password@host"],
    [like({ port: "1" }), "check that it runs"],
    [like({ password: "wrong-secret" }), "check user and password"],
    [like({ username: "nobody" }), "check user and password"],
    [like({ pathname: "/missing" }), "create the database"],
  ])("says what to do, and no password: %#", async (at, advice) => {
    const error = await refusal(at);
    expect(error.code).toBe("unavailable");
    expect(error.message).toContain(advice);
    expect(error.message).not.toContain(password);
    expect(error.message).not.toContain("wrong-secret");
    expect(error.message).not.toContain("\n");
  });

  test("is given up when it does not answer", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const { port } = silent.address() as { port: number };
    expect((await refusal(like({ port: String(port) }), { connectTimeoutMs: 100 })).code).toBe("unavailable");
    silent.close();
  });

  test("has to keep text in UTF-8", async () => {
    await sql`CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`.execute(server.query);
    expect((await refusal(like({ pathname: "/latin" }))).message).toContain("UTF8");
  });
});

describe("a pool", () => {
  test("gives up statements that take too long, and goes on", () =>
    withDatabase({ connections: 1, statementTimeoutMs: 50 }, async (database) => {
      await expect(sql`SELECT pg_sleep(20)`.execute(database.query)).rejects.toMatchObject({
        code: "timeout",
      });
      expect(await processOf(database)).toBeGreaterThan(0);
    }));

  test("replaces connections that broke, used or not", () =>
    withDatabase({ connections: 1 }, async (database) => {
      const end = async () =>
        sql`SELECT pg_terminate_backend(${await processOf(database)}::int)`.execute(server.query);
      await end();
      // Whether the pool has heard of it already is a matter of chance: the first to come may hear of it, nobody else.
      const asked = () => processOf(database).catch((error: DatabaseError) => error.code);
      const first = await asked();
      if (typeof first !== "number") expect(first).toBe("unavailable");
      expect(await asked()).toBeTypeOf("number");
      const broken = database.transaction(async (tx) => {
        const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(tx);
        await sql`SELECT pg_terminate_backend(${rows[0]!.pid}::int)`.execute(server.query);
        await sql`SELECT 1`.execute(tx);
      });
      await expect(broken).rejects.toMatchObject({ code: "unavailable" });
      expect(await asked()).toBeTypeOf("number");
    }));

  test("lets callers wait for a free connection, but not for ever", () =>
    withDatabase({ connections: 1, connectTimeoutMs: 100 }, async (database) => {
      let goOn = () => {};
      const until = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      const holding = database.transaction(() => until);
      await expect(processOf(database)).rejects.toMatchObject({ code: "unavailable" });
      goOn();
      await holding;
      expect(await processOf(database)).toBeGreaterThan(0);
    }));
});
