/** Where the authorization server keeps its state. */
import type { UserId } from "@segue/core";
import { errors } from "oidc-provider";
import { tokenKey } from "./authenticate";
import { ACCESS_TOKEN, type FoundIssued, type TokenStore } from "./token-store";

type Payload = Record<string, unknown> & {
  jti?: string;
  accountId?: string;
  grantId?: string;
  userCode?: string;
  uid?: string;
  consumed?: unknown;
};

/** Models whose id is a credential: only its hash is stored. */
const HASHED = new Set([ACCESS_TOKEN, "RefreshToken", "AuthorizationCode"]);
/** An expired token is remembered this long, so that its bearer hears `token_expired`. */
const KEPT_AFTER_EXPIRY_MS = 24 * 3_600_000;

/** The adapter class that oidc-provider wants, over `tokens`. */
export function oidcAdapter(tokens: TokenStore, now: () => number) {
  let lastSweep = 0;

  return class OidcAdapter {
    constructor(readonly model: string) {}

    #key(id: string): string {
      return HASHED.has(this.model) ? tokenKey(id) : id;
    }

    async upsert(id: string, payload: Payload, expiresInSeconds?: number): Promise<void> {
      const { jti, ...rest } = payload;
      await tokens.save({
        model: this.model,
        id: this.#key(id),
        payload: HASHED.has(this.model) ? rest : { ...rest, jti },
        userId: (payload.accountId as UserId | undefined) ?? null,
        grantId: payload.grantId ?? null,
        userCode: payload.userCode ?? null,
        uid: payload.uid ?? null,
        expiresAtMs: expiresInSeconds ? now() + expiresInSeconds * 1000 : null,
      });
      await this.#sweep();
    }

    async find(id: string): Promise<Payload | undefined> {
      const found = this.#valid(await tokens.find(this.model, this.#key(id)));
      return found && HASHED.has(this.model) ? { ...found, jti: id } : found;
    }

    async findByUserCode(userCode: string): Promise<Payload | undefined> {
      return this.#valid(await tokens.findByUserCode(this.model, userCode));
    }

    async findByUid(uid: string): Promise<Payload | undefined> {
      return this.#valid(await tokens.findByUid(this.model, uid));
    }

    /** Of requests that use the same code or token at the same time, one wins. */
    async consume(id: string): Promise<void> {
      const consumed = await tokens.consume(this.model, this.#key(id), Math.floor(now() / 1000));
      if (!consumed) throw new errors.InvalidGrant("already consumed");
    }

    async destroy(id: string): Promise<void> {
      await tokens.remove(this.model, this.#key(id));
    }

    /** The provider calls it per model; all tokens of the grant go at once. */
    async revokeByGrantId(grantId: string): Promise<void> {
      await tokens.removeGrant(grantId);
    }

    #valid(found: FoundIssued | null): Payload | undefined {
      if (!found || (found.expiresAtMs !== null && found.expiresAtMs <= now())) return undefined;
      return found.consumedAtS === null ? found.payload : { ...found.payload, consumed: found.consumedAtS };
    }

    async #sweep(): Promise<void> {
      if (now() - lastSweep < 60_000) return;
      lastSweep = now();
      await tokens.removeExpired(now() - KEPT_AFTER_EXPIRY_MS);
    }
  };
}
