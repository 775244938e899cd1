import fc from "fast-check";
import Libsql from "libsql";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keepStatements } from "./statements";

let connection: Libsql.Database;
beforeEach(() => {
  connection = new Libsql(":memory:");
  connection.exec("CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB)");
});
afterEach(() => connection.close());

describe("kept statements", () => {
  it("answer like fresh ones, whatever ran before", () => {
    const step = fc.record({
      sql: fc.constantFrom(
        "SELECT a FROM t WHERE a >= ? ORDER BY a",
        "SELECT count(*) AS n FROM t WHERE a > ?",
        "INSERT INTO t (a) VALUES (?) RETURNING a",
      ),
      value: fc.integer({ min: 0, max: 300 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        connection.exec("DELETE FROM t");
        const database = keepStatements(connection);
        const rows = new Set<number>();
        for (const { sql, value } of steps) {
          const run = () => database.prepare(sql).all([value]);
          if (sql.startsWith("INSERT")) {
            if (rows.has(value)) expect(run).toThrow(/UNIQUE/);
            else expect(run()).toEqual([{ a: value }]);
            rows.add(value);
            continue;
          }
          const expected = [...rows].sort((x, y) => x - y);
          if (sql.includes("count")) expect(run()).toEqual([{ n: expected.filter((a) => a > value).length }]);
          else expect(run()).toEqual(expected.filter((a) => a >= value).map((a) => ({ a })));
        }
      }),
    );
  });

  it("are prepared once, give bytes, follow a change of the table, and are not kept without end", () => {
    const prepare = vi.spyOn(connection, "prepare");
    const database = keepStatements(connection);
    for (let a = 0; a < 50; a++) database.prepare("INSERT INTO t VALUES (?, ?)").run([a, Buffer.from([a])]);
    expect(prepare).toHaveBeenCalledTimes(1);
    const all = () => database.prepare("SELECT * FROM t WHERE a = ?").all([7]);
    expect(all()).toEqual([{ a: 7, b: new Uint8Array([7]) }]);
    connection.exec("ALTER TABLE t ADD COLUMN c INTEGER DEFAULT 3");
    expect(all()).toEqual([{ a: 7, b: new Uint8Array([7]), c: 3 }]);
    for (let n = 0; n < 300; n++) database.prepare(`SELECT ${n}`).all([]);
    prepare.mockClear();
    expect(all()).toHaveLength(1);
    expect(prepare).toHaveBeenCalledTimes(1);
  });
});
