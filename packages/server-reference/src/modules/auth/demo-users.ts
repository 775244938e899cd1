/** The two listeners of the sandbox. */
import { createHash } from "node:crypto";
import { idFromBytes, type UserId } from "@segue/core";
import type { Db } from "../../adapters/sql/tables";
import { hashPassword } from "./password";

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

/** Adds the demo users that are missing. */
export async function seedDemoUsers(db: Db, nowMs: number): Promise<void> {
  for (const { id, login, name, password, plan, market } of DEMO_USERS) {
    if (await db.selectFrom("users").select("id").where("id", "=", id).executeTakeFirst()) continue;
    const row = {
      id,
      login,
      name,
      plan,
      market,
      created_at: nowMs,
      password_hash: await hashPassword(password),
    };
    await db.insertInto("users").values(row).execute();
  }
}
