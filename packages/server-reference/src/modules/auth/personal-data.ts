/** What sign-in keeps of a listener: who they are, and what was issued to them. */
import type { PersonalData } from "../personal-data";
import type { AuthStores } from "./provider";

/** Names of what oidc-provider keeps in a payload that are a listener's business, and tell nobody a secret. */
const TOLD = ["clientId", "scope", "iat", "loginTs"] as const;

/** The personal data in `stores`. Erasing the listener takes along whatever other areas still keep of them. */
export function authPersonalData({ users, tokens }: AuthStores): PersonalData {
  return {
    async *export(userId) {
      const user = await users.find(userId);
      if (user) {
        const account = await users.findByLogin(user.login);
        const hasPassword = account !== null && account.passwordHash !== null;
        yield { name: "listener", value: { ...user, hasPassword } };
      }
      for (const { model, payload, expiresAtMs, consumedAtS } of await tokens.listOf(userId)) {
        const told = TOLD.filter((name) => name in payload).map((name) => [name, payload[name]] as const);
        const value = { model, ...Object.fromEntries(told), expiresAtMs, consumedAtS };
        yield { name: "sign_in", value };
      }
    },
    erase: (userId) => users.remove(userId),
  };
}
