/** What goes in comes out, or is refused: the laws of values. */
import { sql } from "kysely";
import type { SuiteTools } from "../../../testing/suite-tools";
import { compile } from "../compiled";
import type { TestDatabases } from "./databases";
import {
  add,
  count,
  failure,
  find,
  type LawDatabase,
  type LawTables,
  lawsOn,
  NOTHING,
  type Thing,
} from "./law-tables";

const MAX = Number.MAX_SAFE_INTEGER;

export function valueLaws(tools: SuiteTools, databases: TestDatabases<LawTables>): void {
  const { describe, equal } = tools;
  const law = lawsOn(tools, databases);

  /** Writes a value of one column, and reads it by every way there is. */
  async function roundTrip<K extends keyof Thing>(
    db: LawDatabase,
    column: K,
    value: Thing[K],
  ): Promise<unknown[]> {
    const id = `${column} ${await count(db)}`;
    const values = { ...NOTHING, id, [column]: value };
    const returned = await db.query.insertInto("things").values(values).returningAll().executeTakeFirst();
    const read = compile(db, (query, p: { id: string }) =>
      query.selectFrom("things").selectAll().where("id", "=", p.id),
    );
    const seen = [returned, await find(db, id), await read.first({ id }), (await read.all({ id }))[0]];
    return seen.map((row) => row![column]);
  }
  const same = async <K extends keyof Thing>(
    db: LawDatabase,
    column: K,
    value: Thing[K],
    expected: unknown = value,
  ) => {
    for (const seen of await roundTrip(db, column, value)) equal(seen, expected);
  };

  describe("values", () => {
    law("whole numbers and instants come back exactly, up to 2^53 − 1 on both sides", async (db) => {
      for (const value of [0, 1, -1, MAX, -MAX]) {
        await same(db, "whole", value);
        await same(db, "at", value);
      }
      await same(db, "whole", -0, 0);
    });
    law("no number is rounded: what is not exact is refused, going in and coming out", async (db) => {
      for (const value of [MAX + 1, -MAX - 1, 1e300, Number.NaN, Number.POSITIVE_INFINITY])
        for (const column of ["whole", "fraction", "at"] as const)
          equal(await failure(add(db, "x", { [column]: value })), "value");
      equal(await failure(add(db, "x", { whole: 1.5 })), "value");
      equal(await failure(add(db, "x", { whole: 5n as never })), "value");
      await add(db, "x", { whole: MAX });
      const beyond = db.query.selectFrom("things").select(({ eb }) => eb("whole", "+", 2).as("n"));
      equal(await failure(beyond.execute()), "value");
      const sum = db.query.selectFrom("things").select(({ fn }) => fn.sum<number>("whole").as("n"));
      equal(await sum.execute(), [{ n: MAX }]);
      await add(db, "y", { whole: 2 });
      equal(await failure(sum.execute()), "value");
    });
    law("fractions come back bit by bit, and −0 as 0", async (db) => {
      for (const value of [0, 0.1, -23.4567890123, 1 / 3, 5e-324, 2 ** 52 + 0.5])
        await same(db, "fraction", value);
      await same(db, "fraction", -0, 0);
      await same(db, "fraction", 44_100);
    });
    law("text comes back as it was: empty, beyond 16 bits, with quotes and backslashes", async (db) => {
      for (const value of [
        "",
        " ",
        "🎧 Ĝ ß",
        "e\u0301",
        "\ufeff\u2028\r\n\t",
        `'"\\%_$1?{}`,
        "x".repeat(100_000),
      ])
        await same(db, "words", value);
    });
    law("text that one of the databases would cut or change is refused by both", async (db) => {
      for (const words of ["a\0b", "\0", "\ud800", "x\udc00y", "\ude00\ud83d"])
        equal(await failure(add(db, "x", { words })), "value");
      equal(
        await failure(db.query.selectFrom("things").select("id").where("id", "=", "a\0").execute()),
        "value",
      );
      equal(await count(db), 0);
    });
    law(
      "bytes go in and out as Uint8Array, none to a megabyte, also a part of something longer",
      async (db) => {
        const long = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 7_919) & 255);
        for (const value of [new Uint8Array(0), new Uint8Array([0]), new Uint8Array([92, 120, 0, 255])])
          await same(db, "bytes", value);
        // A test runner takes its time to compare a million numbers.
        for (const seen of (await roundTrip(db, "bytes", long)) as Uint8Array[])
          equal([seen.length, Buffer.compare(seen, long)], [long.length, 0]);
        await same(db, "bytes", long.subarray(5, 9), long.slice(5, 9));
        await same(db, "bytes", Buffer.from([1, 2]), new Uint8Array([1, 2]));
        const [bytes] = (await roundTrip(db, "bytes", new Uint8Array([1, 2, 3]))) as Uint8Array[];
        equal(Object.getPrototypeOf(bytes) === Uint8Array.prototype, true);
        equal(bytes!.buffer.byteLength, 3);
      },
    );
    law(
      "flags are 0 and 1 in rows; a boolean is taken for one, and a condition's value is one",
      async (db) => {
        for (const value of [0, 1] as const) await same(db, "flag", value);
        await same(db, "flag", true, 1);
        await same(db, "flag", false, 0);
        await add(db, "x", { whole: 7, flag: 1 });
        const row = await db.query
          .selectFrom("things")
          .select(({ eb, exists, selectFrom }) => [
            eb("whole", ">", 6).as("more"),
            eb("whole", "is", null).as("none"),
            exists(selectFrom("parts").select("id")).as("parted"),
          ])
          .where("flag", "=", true)
          .where("id", "=", "x")
          .executeTakeFirst();
        equal(row, { more: 1, none: 0, parted: 0 });
      },
    );
    law("JSON is text, kept to the letter, and read by its keys", async (db) => {
      const value = '{"b": 1, "a":"ß", "b" :2, "n":null, "deep":{"x":1}}';
      await same(db, "json", value);
      await db.query.deleteFrom("things").execute();
      await add(db, "x", { json: value });
      const key = async (name: string) =>
        db.query
          .selectFrom("things")
          .select(({ ref }) => db.dialect.jsonText(ref("json"), name).as("value"))
          .executeTakeFirstOrThrow();
      equal(await key("a"), { value: "ß" });
      equal(await key("n"), { value: null });
      equal(await key("gone"), { value: null });
    });
    law("null is null in every kind; what is no value is refused", async (db) => {
      await add(db, "x");
      equal(await find(db, "x"), { id: "x", ...NOTHING });
      for (const value of [undefined, {}, [], new Date(0), 5n, Symbol("s")])
        equal(await failure(sql`select ${sql.value(value)}`.execute(db.query)), "value");
    });
    law("what does not fit the column is refused", async (db) => {
      equal(await failure(add(db, "x", { whole: "seven" as never })), "value");
      equal(await failure(add(db, "x", { fraction: "x" as never })), "value");
    });
  });
}
