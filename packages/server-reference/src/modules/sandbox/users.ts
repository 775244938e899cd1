/** Listeners that the sandbox makes for a test, with tokens and without a browser. */
import { randomBytes } from "node:crypto";
import { idFromBytes, type Milliseconds, type SandboxUser, type User, type UserId } from "@segue/core";
import type Provider from "oidc-provider";
import { SCOPES, TOKEN_TTL } from "../auth/provider";
import type { UserStore } from "../auth/user-store";
import { SANDBOX_LOGIN_PREFIX } from "../auth/users";

/** Tokens are those of a device that signed in with a code. */
const CLIENT_ID = "segue-device";

/** Makes a listener. */
export async function makeSandboxUser(
  users: UserStore,
  provider: Provider,
  wishes: Omit<User, "id">,
  nowMs: Milliseconds,
): Promise<SandboxUser> {
  const id = idFromBytes("user", randomBytes(16));
  await users.add({ id, login: SANDBOX_LOGIN_PREFIX + id, ...wishes, passwordHash: null }, nowMs);
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
export async function removeSandboxUsers(users: UserStore, id?: UserId): Promise<ReadonlySet<string>> {
  return new Set(await users.removeByLogin(SANDBOX_LOGIN_PREFIX, id));
}
