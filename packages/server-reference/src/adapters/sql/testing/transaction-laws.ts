/** All or nothing, whoever writes beside: the laws of transactions. */
import type { SuiteTools } from "../../../testing/suite-tools";
import { compile } from "../compiled";
import type { TestDatabases } from "./databases";
import { add, count, failure, find, type LawTables, lawsOn, NOTHING } from "./law-tables";

export function transactionLaws(tools: SuiteTools, databases: TestDatabases<LawTables>): void {
  const { describe, equal } = tools;
  const law = lawsOn(tools, databases);

  describe("transactions", () => {
    law("keep all or nothing", async (db) => {
      const enough = new Error("enough");
      const failed = db.transaction(async (tx) => {
        await tx
          .insertInto("things")
          .values({ ...NOTHING, id: "x" })
          .execute();
        throw enough;
      });
      equal(await failure(failed), enough);
      equal(await count(db), 0);
      const given = await db.transaction(async (tx) => {
        await tx
          .insertInto("things")
          .values({ ...NOTHING, id: "x" })
          .execute();
        await tx
          .insertInto("things")
          .values({ ...NOTHING, id: "y" })
          .execute();
        return 7;
      });
      equal([given, await count(db)], [7, 2]);
    });
    law("keep nothing once a statement failed, also when the failure is swallowed", async (db) => {
      await add(db, "x");
      const later: unknown[] = [];
      const swallowed = db.transaction(async (tx) => {
        await tx
          .insertInto("things")
          .values({ ...NOTHING, id: "y" })
          .execute();
        later.push(
          await failure(
            tx
              .insertInto("things")
              .values({ ...NOTHING, id: "x" })
              .execute(),
          ),
        );
        later.push(await failure(tx.selectFrom("things").select("id").execute()));
      });
      equal(await failure(swallowed), "aborted");
      equal(later, ["unique", "aborted"]);
      equal(await count(db), 1);
      await db.transaction(async (tx) => {
        await tx
          .insertInto("things")
          .values({ ...NOTHING, id: "z" })
          .execute();
      });
      equal(await count(db), 2);
    });
    law("are seen by nobody before they are kept, not by a compiled statement either", async (db) => {
      const read = compile(db, (query, p: { id: string }) =>
        query.selectFrom("things").select("id").where("id", "=", p.id),
      );
      let begun = () => {};
      const started = new Promise<void>((resolve) => {
        begun = resolve;
      });
      const failed = db.transaction(async (tx) => {
        await tx
          .insertInto("things")
          .values({ ...NOTHING, id: "x" })
          .execute();
        begun();
        await new Promise((resolve) => setTimeout(resolve, 5));
        throw new Error("enough");
      });
      const ended = failure(failed);
      await started;
      equal([await read.first({ id: "x" }), await find(db, "x")], [undefined, undefined]);
      await ended;
      equal(await count(db), 0);
    });
    law("that run at the same time lose no write", async (db) => {
      await add(db, "x", { whole: 0 });
      const raise = () =>
        db.transaction(async (tx) => {
          const { whole } = await tx.selectFrom("things").select("whole").executeTakeFirstOrThrow();
          await tx
            .updateTable("things")
            .set({ whole: whole! + 1 })
            .execute();
        });
      await Promise.all(Array.from({ length: 8 }, raise));
      equal((await find(db, "x"))?.whole, 8);
    });
    law("that count before they write keep to a limit together", async (db) => {
      const join = (id: string) =>
        db.transaction(async (tx) => {
          const there = await tx.selectFrom("things").select("id").execute();
          if (there.length < 3)
            await tx
              .insertInto("things")
              .values({ ...NOTHING, id })
              .execute();
        });
      await Promise.all(["a", "b", "c", "d", "e", "f"].map(join));
      equal(await count(db), 3);
    });
    law("and upserts beside each other end as if one came after the other", async (db) => {
      const upsert = () =>
        db.query
          .insertInto("things")
          .values({ ...NOTHING, id: "x", whole: 1 })
          .onConflict((on) =>
            on.column("id").doUpdateSet(({ eb }) => ({ whole: eb("things.whole", "+", 1) })),
          )
          .execute();
      await Promise.all(Array.from({ length: 30 }, upsert));
      equal((await find(db, "x"))?.whole, 30);
    });
  });
}
