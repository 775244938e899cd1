/** Who signs in by the form of the sign-in page. */
import type { UserId } from "@segue/core";
import type { ServerContext } from "../../context";
import { DEMO_USERS } from "./demo-users";
import { verifyPassword } from "./password";
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
export async function checkSignIn(context: ServerContext, form: SignInForm): Promise<UserId | null> {
  const { sandbox } = context.config;
  if (form.demo !== undefined && sandbox)
    return DEMO_USERS.find((user) => user.login === form.demo)?.id ?? null;
  const row = await context.db
    .selectFrom("users")
    .select(["id", "login", "password_hash"])
    .where("login", "=", form.login.trim().toLowerCase().slice(0, MAX_LOGIN_CHARS))
    .executeTakeFirst();
  const right = await verifyPassword(form.password, row?.password_hash ?? null);
  return row && right && isAdmitted(row, sandbox) ? (row.id as UserId) : null;
}
