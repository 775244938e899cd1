/** Statements count, fail and take values alike: the laws of statements. */
import { sql } from "kysely";
import type { SuiteTools } from "../../../testing/suite-tools";
import { compile } from "../compiled";
import { isTaken } from "../errors";
import { MAX_VALUES } from "../values";
import type { TestDatabases } from "./databases";
import { add, failure, type LawTables, lawsOn, NOTHING } from "./law-tables";

export function statementLaws(tools: SuiteTools, databases: TestDatabases<LawTables>): void {
  const { describe, equal } = tools;
  const law = lawsOn(tools, databases);

  describe("statements", () => {
    law("are counted: rows written, none for those that were there, one for one replaced", async (db) => {
      const insert = db.query.insertInto("things").values({ ...NOTHING, id: "x", whole: 1 });
      const ignoring = insert.onConflict((on) => on.doNothing());
      equal((await ignoring.executeTakeFirst()).numInsertedOrUpdatedRows, 1n);
      equal((await ignoring.executeTakeFirst()).numInsertedOrUpdatedRows, 0n);
      equal(await ignoring.returning("id").execute(), []);
      const replacing = insert.onConflict((on) =>
        on.column("id").doUpdateSet(({ ref }) => ({ whole: sql`${ref("things.whole")} + excluded.whole` })),
      );
      equal(await replacing.returning("whole").execute(), [{ whole: 2 }]);
      const changed = await db.query.updateTable("things").set({ whole: 5 }).executeTakeFirst();
      equal(changed.numUpdatedRows, 1n);
      const gone = await db.query.deleteFrom("things").where("id", "=", "y").executeTakeFirst();
      equal(gone.numDeletedRows, 0n);
    });
    law(
      "compiled once give the same rows, whatever ran before, and in a transaction what it sees",
      async (db) => {
        const put = compile(db, (query, p: { id: string; flag: boolean; bytes: Uint8Array | null }) =>
          query
            .insertInto("things")
            .values({ ...NOTHING, id: p.id, flag: p.flag, bytes: p.bytes })
            .onConflict((on) => on.doNothing()),
        );
        const list = compile(db, (query, p: { from: string; most: number }) =>
          query
            .selectFrom("things")
            .select(["id", "flag"])
            .where("id", ">=", p.from)
            .orderBy("id")
            .limit(p.most),
        );
        equal(await put.run({ id: "b", flag: true, bytes: null }), 1);
        equal(await put.run({ id: "b", flag: false, bytes: null }), 0);
        for (let i = 0; i < 20; i++)
          await put.run({ id: `c${i}`, flag: i % 2 === 0, bytes: new Uint8Array([i]) });
        equal(await list.all({ from: "b", most: 2 }), [
          { id: "b", flag: 1 },
          { id: "c0", flag: 1 },
        ]);
        equal(await list.first({ from: "x", most: 1 }), undefined);
        const rolledBack = new Error("enough");
        const seen = db.transaction(async (tx) => {
          await put.run({ id: "x", flag: true, bytes: null }, tx);
          equal(await list.first({ from: "x", most: 1 }, tx), { id: "x", flag: 1 });
          throw rolledBack;
        });
        equal(await failure(seen), rolledBack);
        equal(await list.first({ from: "x", most: 1 }), undefined);
        equal(await failure(put.run({ id: "a\0", flag: true, bytes: null })), "value");
      },
    );
    law("take many values, and refuse more than both take", async (db) => {
      await add(db, "5", { whole: 5 });
      const among = (most: number) =>
        db.query
          .selectFrom("things")
          .select("id")
          .where(
            "whole",
            "in",
            Array.from({ length: most }, (_, i) => i),
          )
          .execute();
      equal(await among(MAX_VALUES), [{ id: "5" }]);
      equal(await failure(among(MAX_VALUES + 1)), "value");
      const isAmong = (list: readonly string[]) =>
        db.query
          .selectFrom("things")
          .select("id")
          .where(({ ref }) => db.dialect.isAmong(ref("id"), list))
          .execute();
      equal(await isAmong(Array.from({ length: 100_000 }, (_, i) => String(i))), [{ id: "5" }]);
      equal([await isAmong([]), await isAmong(["ß", "'"])], [[], []]);
    });
    law("say what went wrong in the same words", async (db) => {
      await add(db, "x", { words: "taken" });
      const part = (values: Partial<LawTables["parts"]>) =>
        db.query
          .insertInto("parts")
          .values({ thing_id: "x", size: 1, ...values } as never)
          .returning("id")
          .executeTakeFirstOrThrow();
      const { id } = await part({});
      equal((await part({})).id > id, true);
      equal(await failure(part({ id })), "unique");
      equal(await failure(part({ thing_id: "nobody" })), "foreign_key");
      equal(await failure(part({ size: null as never })), "not_null");
      equal(await failure(part({ size: 0 })), "check");
      equal(await failure(sql`select * from nowhere`.execute(db.query)), "statement");
      const error = await add(db, "y", { words: "taken" }).catch((thrown: unknown) => thrown);
      equal(isTaken(error, "things", "words"), true);
      equal(isTaken(error, "things", "id"), false);
      equal(/taken/.test(JSON.stringify([error, (error as Error).cause, String(error)])), false);
      await db.query.deleteFrom("things").execute();
      equal(await db.query.selectFrom("parts").select("id").execute(), []);
    });
  });
}
