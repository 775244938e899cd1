/** Devices and challenges in the database. */
import { randomBytes } from "node:crypto";
import { type DeviceId, type DeviceType, SegueError, type UserId } from "@segue/core";
import type { CompiledQuery, Selectable } from "kysely";
import type { Db, DevicesTable } from "../../adapters/sql/tables";
import type { Registration } from "./registration";

export type DeviceRow = Selectable<DevicesTable>;

/** A registered device, as other areas see it. */
export interface RegisteredDevice {
  readonly id: DeviceId;
  readonly userId: UserId;
  readonly type: DeviceType;
  /** Uncompressed P-256 point, 65 bytes. */
  readonly agreementKey: Uint8Array;
}
type FoundRow = Pick<DevicesTable, "user_id" | "type" | "agreement_key">;

/** How many devices one user may have. */
export const MAX_DEVICES = 20;
/** Challenges of one user that wait at the same time; the oldest gives way. */
const MAX_CHALLENGES = 10;

/** Reads and writes devices. */
export class DeviceStore {
  /** Built once: it runs for every grant. */
  readonly #found: CompiledQuery<FoundRow>;

  constructor(private readonly db: Db) {
    const columns = ["user_id", "type", "agreement_key"] as const;
    this.#found = db.selectFrom("devices").select(columns).where("id", "=", "").compile();
  }

  /** The registered device, or null. Always read afresh: a removed device gets nothing. */
  async find(id: DeviceId): Promise<RegisteredDevice | null> {
    const row = (await this.db.executeQuery<FoundRow>({ ...this.#found, parameters: [id] })).rows[0];
    if (row === undefined) return null;
    const agreementKey = new Uint8Array(row.agreement_key);
    return { id, userId: row.user_id as UserId, type: row.type as DeviceType, agreementKey };
  }

  /** Makes a challenge of 32 bytes for `userId`. */
  async addChallenge(userId: UserId, nowMs: number, expiresAtMs: number): Promise<Buffer> {
    const challenge = randomBytes(32);
    const values = { challenge: challenge.toString("base64url"), user_id: userId, expires_at: expiresAtMs };
    await this.db.transaction().execute(async (tx) => {
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
    return challenge;
  }

  /** Uses a challenge up; false when it is unknown, used, expired or another user's. */
  async takeChallenge(userId: UserId, challenge: Uint8Array, nowMs: number): Promise<boolean> {
    const taken = await this.db
      .deleteFrom("device_challenges")
      .where("challenge", "=", Buffer.from(challenge).toString("base64url"))
      .where("user_id", "=", userId)
      .returning("expires_at")
      .executeTakeFirst();
    return taken !== undefined && taken.expires_at > nowMs;
  }

  /**
   * Registers a device, or again one that the user has: then name, type and agreement key are taken over. A device
   * whose holder signs in as somebody else moves to that user.
   * @throws SegueError `device_limit`, `forbidden` for a device that was revoked
   */
  async register(
    device: Registration & { readonly id: DeviceId; readonly userId: UserId },
    nowMs: number,
  ): Promise<DeviceRow> {
    return this.db.transaction().execute(async (tx) => {
      const revoked = tx.selectFrom("revoked_devices").select("device_id").where("device_id", "=", device.id);
      if (await revoked.executeTakeFirst())
        throw new SegueError("forbidden", { detail: "the service has revoked this device" });
      const others = await tx
        .selectFrom("devices")
        .select(({ fn }) => fn.countAll<number>().as("n"))
        .where("user_id", "=", device.userId)
        .where("id", "!=", device.id)
        .executeTakeFirstOrThrow();
      if (others.n >= MAX_DEVICES) throw new SegueError("device_limit");
      const said = {
        user_id: device.userId,
        agreement_key: device.agreementKey,
        name: device.name,
        type: device.type,
        last_seen_at: nowMs,
      };
      return tx
        .insertInto("devices")
        .values({ ...said, id: device.id, identity_key: device.identityKey, registered_at: nowMs })
        .onConflict((on) => on.column("id").doUpdateSet(said))
        .returningAll()
        .executeTakeFirstOrThrow();
    });
  }

  /** The user's devices, the last seen first. */
  async list(userId: UserId): Promise<readonly DeviceRow[]> {
    return this.db
      .selectFrom("devices")
      .selectAll()
      .where("user_id", "=", userId)
      .orderBy("last_seen_at", "desc")
      .orderBy("id")
      .execute();
  }

  /** Whether there was such a device of the user to remove. */
  async remove(userId: UserId, id: DeviceId): Promise<boolean> {
    const removed = await this.db
      .deleteFrom("devices")
      .where("id", "=", id)
      .where("user_id", "=", userId)
      .returning("id")
      .executeTakeFirst();
    return removed !== undefined;
  }

  /**
   * Removes a device for good: it cannot be registered again. Revoking twice keeps the first reason.
   * @returns whether it was not revoked before
   */
  async revoke(id: DeviceId, reason: string, nowMs: number): Promise<boolean> {
    return this.db.transaction().execute(async (tx) => {
      const added = await tx
        .insertInto("revoked_devices")
        .values({ device_id: id, revoked_at: nowMs, reason })
        .onConflict((on) => on.doNothing())
        .executeTakeFirst();
      await tx.deleteFrom("devices").where("id", "=", id).execute();
      return (added.numInsertedOrUpdatedRows ?? 0n) > 0n;
    });
  }

  /** Lets a revoked device register again; false when it was not revoked. */
  async allow(id: DeviceId): Promise<boolean> {
    const { numDeletedRows } = await this.db
      .deleteFrom("revoked_devices")
      .where("device_id", "=", id)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }
}
