import { afterAll, describe, expect, expectTypeOf, test } from "vitest";
import { compile } from "./compiled";
import { openSqlite } from "./open-sqlite";

interface Tables {
  t: { id: string; n: number | null };
}
const database = openSqlite<Tables>(":memory:");
afterAll(() => database.close());

describe("a compiled statement", () => {
  test("has the rows that its query has, and none without returning", () => {
    const read = compile(database, (query, p: { id: string }) =>
      query.selectFrom("t").select("n").where("id", "=", p.id),
    );
    const write = compile(database, (query, p: { id: string }) =>
      query.deleteFrom("t").where("id", "=", p.id),
    );
    expectTypeOf(read.first).returns.resolves.toEqualTypeOf<{ n: number | null } | undefined>();
    expectTypeOf(read.all).parameter(0).toEqualTypeOf<{ id: string }>();
    expectTypeOf(write.all).returns.resolves.toEqualTypeOf<readonly never[]>();
  });

  test("is not built when it would depend on a value that is not there yet", () => {
    const values = (p: Tables["t"]) => ({ ...p });
    expect(() =>
      compile(database, (query, p: Tables["t"]) => query.insertInto("t").values(values(p))),
    ).toThrow("cannot be spread");
    expect(() =>
      compile(database, (query, p: { prefix: string }) =>
        query.selectFrom("t").select("n").where("id", ">", `${p.prefix}%`),
      ),
    ).toThrow("prefix has no value yet");
    expect(() =>
      compile(database, (query, p: { n: number }) =>
        query
          .selectFrom("t")
          .select("n")
          .limit(p.n + 1),
      ),
    ).toThrow("n has no value yet");
  });
});
