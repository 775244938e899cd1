/** Where the authorization server keeps its state. */
import { errors } from "oidc-provider";
import type { Db } from "../../adapters/sql/tables";
import { tokenKey } from "./authenticate";

type Payload = Record<string, unknown> & {
  jti?: string;
  grantId?: string;
  userCode?: string;
  uid?: string;
  consumed?: unknown;
};

/** Models whose id is a credential: only its hash is stored. */
const HASHED = new Set(["AccessToken", "RefreshToken", "AuthorizationCode"]);
/** An expired token is remembered this long, so that its bearer hears `token_expired`. */
const KEPT_AFTER_EXPIRY_MS = 24 * 3_600_000;

/** The adapter class that oidc-provider wants, over `db`. */
export function oidcAdapter(db: Db, now: () => number) {
  let lastSweep = 0;

  return class OidcAdapter {
    constructor(readonly model: string) {}

    #key(id: string): string {
      return HASHED.has(this.model) ? tokenKey(id) : id;
    }

    async upsert(id: string, payload: Payload, expiresInSeconds?: number): Promise<void> {
      const { jti, ...rest } = payload;
      const stored = HASHED.has(this.model) ? rest : { ...rest, jti };
      const row = {
        payload: JSON.stringify(stored),
        grant_id: payload.grantId ?? null,
        user_code: payload.userCode ?? null,
        uid: payload.uid ?? null,
        expires_at: expiresInSeconds ? now() + expiresInSeconds * 1000 : null,
        consumed_at: null,
      };
      await db
        .insertInto("oidc_payloads")
        .values({ model: this.model, id: this.#key(id), ...row })
        .onConflict((on) => on.columns(["model", "id"]).doUpdateSet(row))
        .execute();
      await this.#sweep();
    }

    async find(id: string): Promise<Payload | undefined> {
      const found = await this.#read("id", this.#key(id));
      return found && HASHED.has(this.model) ? { ...found, jti: id } : found;
    }

    async findByUserCode(userCode: string): Promise<Payload | undefined> {
      return this.#read("user_code", userCode);
    }

    async findByUid(uid: string): Promise<Payload | undefined> {
      return this.#read("uid", uid);
    }

    /** Of requests that use the same code or token at the same time, one wins. */
    async consume(id: string): Promise<void> {
      const { numUpdatedRows } = await db
        .updateTable("oidc_payloads")
        .set({ consumed_at: Math.floor(now() / 1000) })
        .where("model", "=", this.model)
        .where("id", "=", this.#key(id))
        .where("consumed_at", "is", null)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw new errors.InvalidGrant("already consumed");
    }

    async destroy(id: string): Promise<void> {
      await db
        .deleteFrom("oidc_payloads")
        .where("model", "=", this.model)
        .where("id", "=", this.#key(id))
        .execute();
    }

    /** The provider calls it per model; all tokens of the grant go at once. */
    async revokeByGrantId(grantId: string): Promise<void> {
      await db.deleteFrom("oidc_payloads").where("grant_id", "=", grantId).execute();
    }

    async #read(column: "id" | "user_code" | "uid", value: string): Promise<Payload | undefined> {
      const row = await db
        .selectFrom("oidc_payloads")
        .select(["payload", "consumed_at", "expires_at"])
        .where("model", "=", this.model)
        .where(column, "=", value)
        .executeTakeFirst();
      if (!row || (row.expires_at !== null && row.expires_at <= now())) return undefined;
      const payload = JSON.parse(row.payload) as Payload;
      return row.consumed_at === null ? payload : { ...payload, consumed: row.consumed_at };
    }

    async #sweep(): Promise<void> {
      if (now() - lastSweep < 60_000) return;
      lastSweep = now();
      await db
        .deleteFrom("oidc_payloads")
        .where("expires_at", "<", now() - KEPT_AFTER_EXPIRY_MS)
        .execute();
    }
  };
}
