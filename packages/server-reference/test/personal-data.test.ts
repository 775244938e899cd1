import { randomBytes } from "node:crypto";
import { idFromBytes, type UserId } from "@segue/core";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addOwnUser } from "../src/modules/auth/own-users";
import { authPersonalData } from "../src/modules/auth/personal-data";
import type { PersonalData } from "../src/modules/personal-data";
import { type Fixture, makeFixture } from "./support/fixture";

const SECRET = randomBytes(16).toString("hex");
let fixture: Fixture;
let personal: PersonalData;
beforeEach(async () => {
  fixture = await makeFixture();
  personal = authPersonalData(fixture.stores);
});
afterEach(() => fixture.close());

/** A listener with a password and a session. */
async function plant(login: string): Promise<UserId> {
  const { users, tokens } = fixture.stores;
  const details = { name: login, plan: "free", market: "SE" } as const;
  const id = await addOwnUser(users, login, SECRET, details, fixture.clock.now);
  const payload = { accountId: id, clientId: "player", loginTs: 7, uid: SECRET, jti: SECRET };
  const rest = { grantId: null, userCode: null, expiresAtMs: null };
  await tokens.save({ model: "Session", id: `${SECRET} ${login}`, payload, userId: id, uid: login, ...rest });
  await fixture.addDevice(id!);
  return id!;
}

async function exported(id: UserId) {
  const records = [];
  for await (const record of personal.export(id)) records.push(record);
  return records;
}

/** Tables in which `text` stands anywhere. */
async function tablesWith(text: string): Promise<readonly string[]> {
  const { db } = fixture.context;
  const found: string[] = [];
  for (const { name } of await db.introspection.getTables()) {
    const { rows } = await sql`select * from ${sql.table(name)}`.execute(db);
    if (JSON.stringify(rows).includes(text)) found.push(name);
  }
  return found.sort();
}

describe("what sign-in keeps of a listener", () => {
  it("is told, without anything that lets somebody in", async () => {
    const id = await plant("ada");
    await plant("bob");
    const records = await exported(id);
    const createdAtMs = fixture.clock.now;
    const user = { id, login: "ada", name: "ada", plan: "free", market: "SE", explicitFilter: false };
    expect(records).toEqual([
      { name: "listener", value: { ...user, createdAtMs, claimsIssuedAtMs: null, hasPassword: true } },
      {
        name: "sign_in",
        value: { model: "Session", clientId: "player", loginTs: 7, expiresAtMs: null, consumedAtS: null },
      },
    ]);
    expect(JSON.stringify(records)).not.toContain(SECRET);
    expect(await exported(idFromBytes("user", randomBytes(16)))).toEqual([]);
  });

  it("is gone from every table once it is erased, and nobody else's is", async () => {
    const [ada, bob] = [await plant("ada"), await plant("bob")];
    expect(await tablesWith(ada)).toEqual(["devices", "oidc_payloads", "users"]);
    const before = await exported(bob);
    await personal.erase(ada);
    await personal.erase(ada);
    expect([await tablesWith(ada), await exported(ada)]).toEqual([[], []]);
    expect(await exported(bob)).toEqual(before);
  });
});
