/** Listeners that the sandbox makes for a test, with tokens and without a browser. */
import { randomBytes } from "node:crypto";
import { idFromBytes, type SandboxUser, type User, type UserId } from "@segue/core";
import type Provider from "oidc-provider";
import type { ServerContext } from "../../context";
import { forgetTokens } from "../auth/forget-tokens";
import { SCOPES, TOKEN_TTL } from "../auth/provider";
import { SANDBOX_LOGIN_PREFIX } from "../auth/users";

/** Tokens are those of a device that signed in with a code. */
const CLIENT_ID = "segue-device";

/** Makes a listener. */
export async function makeSandboxUser(
  { db, now }: ServerContext,
  provider: Provider,
  wishes: Omit<User, "id">,
): Promise<SandboxUser> {
  const id = idFromBytes("user", randomBytes(16));
  const { name, plan, market, explicitFilter } = wishes;
  await db
    .insertInto("users")
    .values({
      id,
      name,
      plan,
      market,
      login: SANDBOX_LOGIN_PREFIX + id,
      explicit_filter: explicitFilter ? 1 : 0,
      password_hash: null,
      created_at: now(),
    })
    .execute();
  const client = await provider.Client.find(CLIENT_ID);
  const grant = new provider.Grant({ accountId: id, clientId: CLIENT_ID });
  grant.addOIDCScope(SCOPES);
  const said = { accountId: id, client, grantId: await grant.save(), gty: "device_code", scope: SCOPES };
  const accessToken = await new provider.AccessToken(said).save();
  const refreshToken = await new provider.RefreshToken(said).save();
  return {
    user: { id, ...wishes },
    clientId: CLIENT_ID,
    accessToken,
    refreshToken,
    expiresIn: TOKEN_TTL.AccessToken,
  };
}

/** Removes the sandbox's listeners, or the one with `id`, and all tokens of theirs; returns their ids. */
export async function removeSandboxUsers({ db }: ServerContext, id?: UserId): Promise<ReadonlySet<string>> {
  return db.transaction().execute(async (tx) => {
    let query = tx.deleteFrom("users").where("login", "like", `${SANDBOX_LOGIN_PREFIX}%`);
    if (id !== undefined) query = query.where("id", "=", id);
    const removed = (await query.returning("id").execute()).map((row) => row.id);
    await forgetTokens(tx, removed);
    return new Set(removed);
  });
}
