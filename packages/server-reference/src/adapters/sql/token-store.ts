/** What the authorization server keeps, in SQL. */
import type { UserId } from "@segue/core";
import type { Kysely, Selectable, Transaction } from "kysely";
import { ACCESS_TOKEN, type FoundIssued, type TokenStore } from "../../modules/auth/token-store";
import { compile } from "./compiled";
import type { SqlDatabase } from "./database";
import type { SqlDialect } from "./dialect";
import type { Database, OidcPayloadsTable } from "./tables";
import { type JoinedUserRow, toJoinedUser, USER_COLUMNS } from "./user-rows";
import { isStorable } from "./values";

const SIGNING_KEY = "oidc-signing-key";

/** Ends every session, token and code of `userIds`: whoever holds one signs in anew. */
export async function forgetTokens(
  tx: Transaction<Database>,
  dialect: SqlDialect,
  userIds: readonly UserId[],
): Promise<void> {
  await tx
    .deleteFrom("oidc_payloads")
    .where(({ ref }) => dialect.isAmong(ref("user_id"), userIds))
    .execute();
}

type IssuedRow = Pick<Selectable<OidcPayloadsTable>, "payload" | "consumed_at" | "expires_at">;

function toFound(row: IssuedRow): FoundIssued {
  const payload = JSON.parse(row.payload) as FoundIssued["payload"];
  return { payload, consumedAtS: row.consumed_at, expiresAtMs: row.expires_at };
}

const foundOrNull = (row: IssuedRow | undefined) => (row === undefined ? null : toFound(row));

/** What the authorization server keeps in `database`. */
export function sqlTokenStore(database: SqlDatabase<Database>): TokenStore {
  const { query } = database;
  const ofModel = (db: Kysely<Database>, model: string) =>
    db
      .selectFrom("oidc_payloads")
      .select(["payload", "consumed_at", "expires_at"])
      .where("model", "=", model);
  const byId = compile(database, (db, p: { model: string; id: string }) =>
    ofModel(db, p.model).where("id", "=", p.id),
  );
  /** Runs on every request: token and user in one, so that a revocation and a change of plan hold from the next one on. */
  const access = compile(database, (db, p: { id: string }) =>
    db
      .selectFrom("oidc_payloads as token")
      .leftJoin("users", "users.id", "token.user_id")
      .select([...USER_COLUMNS, "token.expires_at"])
      .where("token.model", "=", ACCESS_TOKEN)
      .where("token.id", "=", p.id),
  );

  async function findBy(column: "user_code" | "uid", model: string, value: string) {
    if (!isStorable(value)) return null;
    return foundOrNull(await ofModel(query, model).where(column, "=", value).executeTakeFirst());
  }

  async function findSigningKey(): Promise<Uint8Array | null> {
    const row = await query
      .selectFrom("server_secrets")
      .select("value")
      .where("name", "=", SIGNING_KEY)
      .executeTakeFirst();
    return row?.value ?? null;
  }

  return {
    async save({ model, id, payload, userId, grantId, userCode, uid, expiresAtMs }) {
      const row = {
        payload: JSON.stringify(payload),
        user_id: userId,
        grant_id: grantId,
        user_code: userCode,
        uid,
        expires_at: expiresAtMs,
        consumed_at: null,
      };
      await query
        .insertInto("oidc_payloads")
        .values({ model, id, ...row })
        .onConflict((on) => on.columns(["model", "id"]).doUpdateSet(row))
        .execute();
    },

    async find(model, id) {
      // Ids of clients come as they were typed.
      if (!isStorable(id)) return null;
      return foundOrNull(await byId.first({ model, id }));
    },
    findByUserCode: (model, userCode) => findBy("user_code", model, userCode),
    findByUid: (model, uid) => findBy("uid", model, uid),

    async listOf(userId) {
      const rows = await query
        .selectFrom("oidc_payloads")
        .select(["model", "payload", "consumed_at", "expires_at"])
        .where("user_id", "=", userId)
        .orderBy("model")
        .orderBy("id")
        .execute();
      return rows.map((row) => ({ model: row.model, ...toFound(row) }));
    },

    async findAccess(id) {
      const row = await access.first({ id });
      return row === undefined
        ? null
        : { expiresAtMs: row.expires_at, user: toJoinedUser(row as JoinedUserRow) };
    },

    async consume(model, id, atS) {
      const { numUpdatedRows } = await query
        .updateTable("oidc_payloads")
        .set({ consumed_at: atS })
        .where("model", "=", model)
        .where("id", "=", id)
        .where("consumed_at", "is", null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async remove(model, id) {
      await query.deleteFrom("oidc_payloads").where("model", "=", model).where("id", "=", id).execute();
    },

    async removeGrant(grantId) {
      await query.deleteFrom("oidc_payloads").where("grant_id", "=", grantId).execute();
    },

    async removeExpired(ms) {
      await query.deleteFrom("oidc_payloads").where("expires_at", "<", ms).execute();
    },

    findSigningKey,

    async addSigningKey(key, nowMs) {
      await query
        .insertInto("server_secrets")
        .values({ name: SIGNING_KEY, value: key, created_at: nowMs })
        .onConflict((on) => on.doNothing())
        .execute();
      return (await findSigningKey()) ?? key;
    },
  };
}
