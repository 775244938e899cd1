/** Who signs in by the form of the sign-in page. */
import type { UserId } from "@segue/core";
import { DEMO_USERS } from "./demo-users";
import { verifyPassword } from "./password";
import type { UserStore } from "./user-store";
import { isAdmitted } from "./users";

/** What the form sends. */
export interface SignInForm {
  /** Login of a demo user, for one click without a password; a sandbox's page offers it. */
  readonly demo?: string | undefined;
  readonly login: string;
  readonly password: string;
}

const MAX_LOGIN_CHARS = 100;

/** The user who signs in; null when name or password is wrong, or the user is not admitted. */
export async function checkSignIn(
  users: UserStore,
  sandbox: boolean,
  form: SignInForm,
): Promise<UserId | null> {
  if (form.demo !== undefined && sandbox)
    return DEMO_USERS.find((user) => user.login === form.demo)?.id ?? null;
  const found = await users.findByLogin(form.login.trim().toLowerCase().slice(0, MAX_LOGIN_CHARS));
  const right = await verifyPassword(form.password, found?.passwordHash ?? null);
  return found && right && isAdmitted(found.user, sandbox) ? found.user.id : null;
}
