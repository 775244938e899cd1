/** Devices and challenges in SQL. */
import { type DeviceId, type DeviceType, SegueError, type UserId } from "@segue/core";
import type { Selectable } from "kysely";
import {
  type Device,
  type DeviceStore,
  MAX_CHALLENGES,
  MAX_DEVICES,
} from "../../modules/devices/device-store";
import { compile } from "./compiled";
import type { SqlDatabase } from "./database";
import type { Database, DevicesTable } from "./tables";

const textOf = (challenge: Uint8Array) => Buffer.from(challenge).toString("base64url");

const toDevice = (row: Selectable<DevicesTable>): Device => ({
  id: row.id as DeviceId,
  userId: row.user_id as UserId,
  name: row.name,
  type: row.type as DeviceType,
  identityKey: row.identity_key,
  agreementKey: row.agreement_key,
  registeredAtMs: row.registered_at,
  lastSeenAtMs: row.last_seen_at,
});

/** Devices in `database`. */
export function sqlDeviceStore(database: SqlDatabase<Database>): DeviceStore {
  const { query } = database;
  /** Runs for every grant. */
  const found = compile(database, (db, p: { id: DeviceId }) =>
    db.selectFrom("devices").selectAll().where("id", "=", p.id),
  );

  return {
    async addChallenge(userId, challenge, nowMs, expiresAtMs) {
      const values = { challenge: textOf(challenge), user_id: userId, expires_at: expiresAtMs };
      await database.transaction(async (tx) => {
        await tx.deleteFrom("device_challenges").where("expires_at", "<=", nowMs).execute();
        await tx.insertInto("device_challenges").values(values).execute();
        const kept = tx
          .selectFrom("device_challenges")
          .select("challenge")
          .where("user_id", "=", userId)
          .orderBy("expires_at", "desc")
          .limit(MAX_CHALLENGES);
        await tx
          .deleteFrom("device_challenges")
          .where("user_id", "=", userId)
          .where("challenge", "not in", kept)
          .execute();
      });
    },

    async takeChallenge(userId, challenge, nowMs) {
      const taken = await query
        .deleteFrom("device_challenges")
        .where("challenge", "=", textOf(challenge))
        .where("user_id", "=", userId)
        .returning("expires_at")
        .executeTakeFirst();
      return taken !== undefined && taken.expires_at > nowMs;
    },

    async register({ id, userId, identityKey, agreementKey, name, type }, nowMs) {
      const said = { user_id: userId, agreement_key: agreementKey, name, type, last_seen_at: nowMs };
      const row = await database.transaction(async (tx) => {
        const revoked = tx.selectFrom("revoked_devices").select("device_id").where("device_id", "=", id);
        if (await revoked.executeTakeFirst())
          throw new SegueError("forbidden", { detail: "the service has revoked this device" });
        const others = await tx
          .selectFrom("devices")
          .select(({ fn }) => fn.countAll<number>().as("n"))
          .where("user_id", "=", userId)
          .where("id", "!=", id)
          .executeTakeFirstOrThrow();
        if (others.n >= MAX_DEVICES) throw new SegueError("device_limit");
        return tx
          .insertInto("devices")
          .values({ ...said, id, identity_key: identityKey, registered_at: nowMs })
          .onConflict((on) => on.column("id").doUpdateSet(said))
          .returningAll()
          .executeTakeFirstOrThrow();
      });
      return toDevice(row);
    },

    async find(id) {
      const row = await found.first({ id });
      return row === undefined ? null : toDevice(row);
    },

    async list(userId) {
      const rows = await query
        .selectFrom("devices")
        .selectAll()
        .where("user_id", "=", userId)
        .orderBy("last_seen_at", "desc")
        .orderBy("id")
        .execute();
      return rows.map(toDevice);
    },

    async remove(userId, id) {
      const removed = await query
        .deleteFrom("devices")
        .where("id", "=", id)
        .where("user_id", "=", userId)
        .executeTakeFirst();
      return removed.numDeletedRows > 0n;
    },

    async revoke(id, reason, nowMs) {
      return database.transaction(async (tx) => {
        const added = await tx
          .insertInto("revoked_devices")
          .values({ device_id: id, revoked_at: nowMs, reason })
          .onConflict((on) => on.doNothing())
          .executeTakeFirst();
        await tx.deleteFrom("devices").where("id", "=", id).execute();
        return (added.numInsertedOrUpdatedRows ?? 0n) > 0n;
      });
    },

    async allow(id) {
      const allowed = await query
        .deleteFrom("revoked_devices")
        .where("device_id", "=", id)
        .executeTakeFirst();
      return allowed.numDeletedRows > 0n;
    },
  };
}
