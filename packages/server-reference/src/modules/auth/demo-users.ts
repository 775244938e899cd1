/** The two listeners of the sandbox. */
import { createHash } from "node:crypto";
import { idFromBytes, type UserId } from "@segue/core";
import { hashPassword } from "./password";
import type { UserStore } from "./user-store";

/** A demo listener, with the password that the sandbox's sign-in page shows. */
export interface DemoUser {
  readonly id: UserId;
  readonly login: string;
  readonly name: string;
  readonly password: string;
  readonly plan: "free" | "premium";
  readonly market: string;
}

const id = (login: string) =>
  idFromBytes("user", createHash("sha256").update(`segue/demo-user/${login}`).digest());

export const DEMO_USERS: readonly DemoUser[] = [
  { id: id("ada"), login: "ada", name: "Ada", password: "ada-sandbox", plan: "premium", market: "SE" },
  { id: id("bob"), login: "bob", name: "Bob", password: "bob-sandbox", plan: "free", market: "DE" },
];

const DEMO_IDS: ReadonlySet<string> = new Set(DEMO_USERS.map((user) => user.id));

/** Whether `id` is a demo user's. */
export const isDemoUser = (id: string): boolean => DEMO_IDS.has(id);

/**
 * Adds the demo users that are missing.
 * @throws Error when somebody else has the login of one
 */
export async function seedDemoUsers(users: UserStore, nowMs: number): Promise<void> {
  for (const { password, ...user } of DEMO_USERS) {
    if (await users.find(user.id)) continue;
    const passwordHash = await hashPassword(password);
    const added = await users.add({ ...user, explicitFilter: false, passwordHash }, nowMs);
    // Another server on the same database may have added them meanwhile.
    if (!added && !(await users.find(user.id)))
      throw new Error(`somebody else signs in as ${user.login}, as a user of the sandbox does`);
  }
}
