/** Text and numbers compare alike: the laws of order. */
import { sql } from "kysely";
import type { SuiteTools } from "../../../testing/suite-tools";
import { larger, startsWith } from "../expressions";
import type { TestDatabases } from "./databases";
import { add, type LawTables, lawsOn } from "./law-tables";

export function orderLaws(tools: SuiteTools, databases: TestDatabases<LawTables>): void {
  const { describe, equal } = tools;
  const law = lawsOn(tools, databases);

  describe("order and comparison", () => {
    law("text is sorted by code points, capitals first, whatever the language", async (db) => {
      const sorted = ["", "A", "Z", "a", "a b", "ab", "b", "z", "Ä", "ä", "ｱ", "🎧"];
      for (const [i, words] of [...sorted].reverse().entries()) await add(db, String(i), { words });
      const query = db.query.selectFrom("things").select("words");
      const words = async (rows: Promise<{ words: string | null }[]>) => (await rows).map((row) => row.words);
      equal(await words(query.orderBy("words").execute()), sorted);
      equal(await words(query.where("words", ">", "b").where("words", "<", "Ä").execute()), ["z"]);
      equal(await words(query.where("words", "=", "a").execute()), ["a"]);
      const { fn } = db.query;
      const ends = db.query.selectFrom("things").select([fn.min("words").as("a"), fn.max("words").as("z")]);
      equal(await ends.execute(), [{ a: "", z: "🎧" }]);
      const folded = db.query
        .selectFrom("things")
        .select("words")
        .orderBy(sql`lower(words)`)
        .orderBy("words");
      equal((await words(folded.execute())).slice(0, 5), ["", "A", "a", "a b", "ab"]);
    });
    law("like tells case; a prefix is found as it is written", async (db) => {
      for (const words of ["sandbox/a", "Sandbox/b", "sand_box", "sandXbox", "50%", "50 x", "a\\b", "É"])
        await add(db, words, { words });
      const ids = async (where: ReturnType<typeof startsWith>) => {
        const rows = await db.query.selectFrom("things").select("id").where(where).orderBy("id").execute();
        return rows.map((row) => row.id);
      };
      equal(await ids(sql<boolean>`${sql.ref("words")} like ${"sandbox/%"}`), ["sandbox/a"]);
      equal(await ids(startsWith(sql.ref("words"), "sand_")), ["sand_box"]);
      equal(await ids(startsWith(sql.ref("words"), "50%")), ["50%"]);
      equal(await ids(startsWith(sql.ref("words"), "a\\")), ["a\\b"]);
      equal(await ids(startsWith(sql.ref("words"), "é")), []);
      equal((await ids(startsWith(sql.ref("words"), ""))).length, 8);
    });
    law("rows without a value come first or last as the query says", async (db) => {
      for (const [id, at] of [
        ["a", 2],
        ["b", null],
        ["c", 1],
      ] as const)
        await add(db, id, { at });
      const query = db.query.selectFrom("things").select("id");
      const first = await query.orderBy("at", (order) => order.asc().nullsFirst()).execute();
      equal(first.map(({ id }) => id).join(""), "bca");
      const last = await query.orderBy("at", (order) => order.desc().nullsLast()).execute();
      equal(last.map(({ id }) => id).join(""), "acb");
    });
    law("whole numbers are divided to whole numbers; the larger of two is found", async (db) => {
      await add(db, "x", { whole: 5, at: 9 });
      const row = await db.query
        .selectFrom("things")
        .select(({ eb, ref, val }) => [
          eb("whole", "/", 2).as("half"),
          larger(ref("whole"), ref("at")).as("column"),
          larger(ref("whole"), val(3)).as("value"),
        ])
        .executeTakeFirst();
      equal(row, { half: 2, column: 9, value: 5 });
    });
  });
}
