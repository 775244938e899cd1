/** Validities and revocations in the database. */
import type { DeviceId, KeyId, Milliseconds, SignedPayload, Validity } from "@segue/core";
import { sql } from "kysely";
import type { Db } from "../../adapters/sql/tables";
import type { ValidityStore } from "./validity";

/** A revocation made by another process is seen after at most this long. */
const REVOCATIONS_FRESH_MS = 1000;

/** The newest revocations that a validity names; the wire format allows no more. */
const MAX_REVOKED = 10_000;

/** Keeps validities beside the devices, and knows which keys are revoked. */
export class SqlValidityStore implements ValidityStore {
  #revoked: readonly KeyId[] = [];
  #revokedSet: ReadonlySet<KeyId> = new Set();
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly db: Db,
    private readonly now: () => Milliseconds,
  ) {}

  /**
   * At least the time in seconds, so that it also rises for a device that was removed and registered again, and after
   * the database was restored from a backup.
   */
  async nextSeq(deviceId: DeviceId, heldSeq: number): Promise<number> {
    const now = this.now();
    const floor = Math.max(heldSeq + 1, Math.floor(now / 1000));
    const row = await this.db
      .updateTable("devices")
      .set({ validity_seq: sql<number>`max(validity_seq + 1, ${floor})`, last_seen_at: now })
      .where("id", "=", deviceId)
      .returning("validity_seq")
      .executeTakeFirstOrThrow();
    return row.validity_seq;
  }

  async last(deviceId: DeviceId): Promise<{ validity: Validity; signed: SignedPayload } | null> {
    const row = await this.db
      .selectFrom("device_validities")
      .selectAll()
      .where("device_id", "=", deviceId)
      .executeTakeFirst();
    if (row === undefined) return null;
    const payload = new Uint8Array(row.payload);
    const signature = new Uint8Array(row.signature);
    return {
      validity: JSON.parse(row.validity) as Validity,
      signed: { payload, signature, signingKeyId: row.signing_key_id },
    };
  }

  async keep(validity: Validity, signed: SignedPayload): Promise<void> {
    const said = {
      seq: validity.seq,
      validity: JSON.stringify(validity),
      payload: Buffer.from(signed.payload),
      signature: Buffer.from(signed.signature),
      signing_key_id: signed.signingKeyId,
    };
    await this.db
      .insertInto("device_validities")
      .values({ device_id: validity.deviceId, ...said })
      .onConflict((conflict) =>
        conflict.column("device_id").doUpdateSet(said).where("device_validities.seq", "<", validity.seq),
      )
      .execute();
  }

  async revokedKeyIds(): Promise<readonly KeyId[]> {
    if (Math.abs(this.now() - this.#readAtMs) >= REVOCATIONS_FRESH_MS) await this.#read();
    return this.#revoked;
  }

  /** The revoked keys as a set, as fresh as `revokedKeyIds`. */
  async revokedSet(): Promise<ReadonlySet<KeyId>> {
    await this.revokedKeyIds();
    return this.#revokedSet;
  }

  /**
   * Withdraws a content key for every device, from the next validity on. Revoking twice keeps the first reason.
   * @returns whether the key was not revoked before
   */
  async revokeKey(keyId: KeyId, reason: string): Promise<boolean> {
    const result = await this.db
      .insertInto("revoked_keys")
      .values({ key_id: keyId, revoked_at: this.now(), reason })
      .onConflict((conflict) => conflict.column("key_id").doNothing())
      .executeTakeFirst();
    await this.#read();
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  /** Gives a revoked content key back, from the next validity on; false when it was not revoked. */
  async allowKey(keyId: KeyId): Promise<boolean> {
    const { numDeletedRows } = await this.db
      .deleteFrom("revoked_keys")
      .where("key_id", "=", keyId)
      .executeTakeFirst();
    await this.#read();
    return numDeletedRows > 0n;
  }

  async #read(): Promise<void> {
    const rows = await this.db
      .selectFrom("revoked_keys")
      .select("key_id")
      .orderBy("revoked_at", "desc")
      .orderBy("key_id")
      .limit(MAX_REVOKED)
      .execute();
    this.#readAtMs = this.now();
    const same =
      rows.length === this.#revoked.length && rows.every((row, i) => row.key_id === this.#revoked[i]);
    if (same) return;
    this.#revoked = rows.map((row) => row.key_id as KeyId);
    this.#revokedSet = new Set(this.#revoked);
  }
}
