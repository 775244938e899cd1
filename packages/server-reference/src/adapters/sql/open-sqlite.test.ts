import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, describe, expect, test } from "vitest";
import { openSqlite } from "./open-sqlite";

const folder = mkdtempSync(join(tmpdir(), "segue-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function setting(file: string, name: string, options = {}): Promise<unknown> {
  const database = openSqlite(file, options);
  const { rows } = await sql.raw<object>(`PRAGMA ${name}`).execute(database.query);
  await database.close();
  return Object.values(rows[0]!)[0];
}

describe("an SQLite file", () => {
  test("is nobody else's to read, keeps its references, and flushes commits when asked to", async () => {
    const file = join(folder, "a.db");
    expect(await setting(file, "journal_mode")).toBe("wal");
    expect(statSync(file).mode & 0o77).toBe(0);
    expect(await setting(file, "foreign_keys")).toBe(1);
    expect(await setting(file, "synchronous")).toBe(1);
    expect(await setting(file, "synchronous", { durable: true })).toBe(2);
  });

  test("is refused when it is something else", () => {
    const other = join(folder, "other.db");
    writeFileSync(other, "no database, though long enough to look like one".repeat(100));
    mkdirSync(join(folder, "folder"));
    for (const file of [other, join(folder, "folder"), join(folder, "missing", "a.db")])
      expect(() => openSqlite(file)).toThrow(expect.objectContaining({ code: "unavailable" }));
  });

  test("is copied while it is used", async () => {
    const database = openSqlite<{ t: { a: string } }>(join(folder, "used.db"));
    await sql`CREATE TABLE t (a TEXT NOT NULL) STRICT`.execute(database.query);
    await database.query.insertInto("t").values({ a: "kept" }).execute();
    const copied = join(folder, "copy.db");
    database.backup(copied);
    await database.close();
    expect(statSync(copied).mode & 0o77).toBe(0);
    const copy = openSqlite<{ t: { a: string } }>(copied);
    expect(await copy.query.selectFrom("t").selectAll().execute()).toEqual([{ a: "kept" }]);
    await copy.close();
  });

  test("lets everybody wait for a transaction, in order", async () => {
    const database = openSqlite<{ t: { a: string } }>(":memory:");
    await sql`CREATE TABLE t (a TEXT NOT NULL) STRICT`.execute(database.query);
    const put = (a: string) => database.query.insertInto("t").values({ a }).execute();
    const read = async () => (await database.query.selectFrom("t").select("a").execute()).map(({ a }) => a);
    const seen: (readonly string[])[] = [];
    const enough = database
      .transaction(async (tx) => {
        await tx.insertInto("t").values({ a: "undone" }).execute();
        await new Promise((resolve) => setTimeout(resolve, 5));
        throw new Error("enough");
      })
      .catch(() => {});
    await Promise.all([enough, put("x"), read().then((rows) => seen.push(rows)), put("y")]);
    expect(seen).toEqual([["x"]]);
    expect(await read()).toEqual(["x", "y"]);
    await database.close();
  });
});
