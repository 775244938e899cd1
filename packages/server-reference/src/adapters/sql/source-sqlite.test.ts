import fc from "fast-check";
import Libsql from "libsql";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ConnectionSource } from "./driver";
import { sqliteSource } from "./source-sqlite";

let connection: Libsql.Database;
beforeEach(() => {
  connection = new Libsql(":memory:");
  connection.exec("CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB)");
});
afterEach(() => connection.close());

/** Runs statements of `source` that were not compiled beforehand. */
const runner = (source: ConnectionSource) => async (text: string, parameters: readonly unknown[]) =>
  (await source.run({ sql: text, parameters, query: { kind: "RawNode" } as never, queryId: { queryId: "" } }))
    .rows;

describe("kept statements", () => {
  it("answer like fresh ones, whatever ran before", async () => {
    const step = fc.record({
      sql: fc.constantFrom(
        "SELECT a FROM t WHERE a >= ? ORDER BY a",
        "SELECT count(*) AS n FROM t WHERE a > ?",
        "INSERT INTO t (a) VALUES (?) RETURNING a",
      ),
      value: fc.integer({ min: 0, max: 300 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        connection.exec("DELETE FROM t");
        const run = runner(sqliteSource(connection));
        const rows = new Set<number>();
        for (const { sql, value } of steps) {
          const answer = run(sql, [value]);
          if (sql.startsWith("INSERT")) {
            if (rows.has(value)) await expect(answer).rejects.toThrow(/UNIQUE/);
            else expect(await answer).toEqual([{ a: value }]);
            rows.add(value);
            continue;
          }
          const expected = [...rows].sort((x, y) => x - y);
          if (sql.includes("count"))
            expect(await answer).toEqual([{ n: expected.filter((a) => a > value).length }]);
          else expect(await answer).toEqual(expected.filter((a) => a >= value).map((a) => ({ a })));
        }
      }),
    );
  });

  it("are prepared once, give bytes, follow a change of the table, and are not kept without end", async () => {
    const prepare = vi.spyOn(connection, "prepare");
    const run = runner(sqliteSource(connection));
    for (let a = 0; a < 50; a++) await run("INSERT INTO t VALUES (?, ?)", [a, Buffer.from([a])]);
    expect(prepare).toHaveBeenCalledTimes(1);
    const all = () => run("SELECT * FROM t WHERE a = ?", [7]);
    expect(await all()).toEqual([{ a: 7, b: new Uint8Array([7]) }]);
    connection.exec("ALTER TABLE t ADD COLUMN c INTEGER DEFAULT 3");
    expect(await all()).toEqual([{ a: 7, b: new Uint8Array([7]), c: 3 }]);
    for (let n = 0; n < 300; n++) await run(`SELECT ${n}`, []);
    prepare.mockClear();
    expect(await all()).toHaveLength(1);
    expect(prepare).toHaveBeenCalledTimes(1);
  });
});
