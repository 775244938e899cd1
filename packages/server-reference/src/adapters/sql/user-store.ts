/** Listeners in SQL. */
import type { UserId } from "@segue/core";
import type { Transaction } from "kysely";
import type { UserStore } from "../../modules/auth/user-store";
import { compile } from "./compiled";
import type { SqlDatabase } from "./database";
import { startsWith } from "./expressions";
import type { Database } from "./tables";
import { forgetTokens } from "./token-store";
import { toUser, USER_COLUMNS } from "./user-rows";
import { isStorable } from "./values";

/** Listeners in `database`. */
export function sqlUserStore(database: SqlDatabase<Database>): UserStore {
  const { query, dialect } = database;
  /** Runs on every request whose token is another provider's. */
  const found = compile(database, (db, p: { id: UserId }) =>
    db.selectFrom("users").select(USER_COLUMNS).where("id", "=", p.id),
  );

  async function remove(tx: Transaction<Database>, ids: readonly UserId[]): Promise<void> {
    await tx
      .deleteFrom("playlists")
      .where(({ ref }) => dialect.isAmong(ref("owner_id"), ids))
      .execute();
    await tx
      .deleteFrom("users")
      .where(({ ref }) => dialect.isAmong(ref("id"), ids))
      .execute();
    await forgetTokens(tx, dialect, ids);
  }

  return {
    async find(id) {
      const row = await found.first({ id });
      return row === undefined ? null : toUser(row);
    },

    async findByLogin(login) {
      if (!isStorable(login)) return null;
      const row = await query
        .selectFrom("users")
        .select([...USER_COLUMNS, "password_hash"])
        .where("login", "=", login)
        .executeTakeFirst();
      return row === undefined ? null : { user: toUser(row), passwordHash: row.password_hash };
    },

    async listWithPassword() {
      const rows = await query
        .selectFrom("users")
        .select(USER_COLUMNS)
        .where("password_hash", "is not", null)
        .orderBy("login")
        .execute();
      return rows.map(toUser);
    },

    async add({ id, login, name, plan, market, explicitFilter, passwordHash }, nowMs) {
      const said = { id, login, name, plan, market, password_hash: passwordHash, created_at: nowMs };
      const added = await query
        .insertInto("users")
        .values({ ...said, explicit_filter: explicitFilter ? 1 : 0 })
        .onConflict((on) => on.doNothing())
        .executeTakeFirst();
      return (added.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    async change(id, change) {
      // An update of nothing is no statement.
      if (Object.keys(change).length === 0) return;
      await query.updateTable("users").set(change).where("id", "=", id).execute();
    },

    async saveClaims(id, { name, plan, market, issuedAtMs }, nowMs) {
      const said = { name, plan, market, claims_issued_at: issuedAtMs };
      await query
        .insertInto("users")
        .values({ id, login: id, password_hash: null, created_at: nowMs, ...said })
        .onConflict((on) =>
          on.column("id").doUpdateSet(said).where("users.claims_issued_at", "<=", issuedAtMs),
        )
        .execute();
    },

    async setPassword(id, passwordHash) {
      await database.transaction(async (tx) => {
        await tx.updateTable("users").set({ password_hash: passwordHash }).where("id", "=", id).execute();
        await forgetTokens(tx, dialect, [id]);
      });
    },

    remove: (id) => database.transaction((tx) => remove(tx, [id])),

    async removeByLogin(prefix, id) {
      return database.transaction(async (tx) => {
        const all = tx
          .selectFrom("users")
          .select("id")
          .where(({ ref }) => startsWith(ref("login"), prefix));
        const rows = await (id === undefined ? all : all.where("id", "=", id)).execute();
        const ids = rows.map((row) => row.id as UserId);
        await remove(tx, ids);
        return ids;
      });
    },
  };
}
