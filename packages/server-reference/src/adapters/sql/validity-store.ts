/** Issued validities in SQL. */
import { type DeviceId, SegueError, type Validity } from "@segue/core";
import { lowestSeq, type ValidityStore } from "../../modules/license/validity-store";
import { compile } from "./compiled";
import type { SqlDatabase } from "./database";
import { larger } from "./expressions";
import type { Database } from "./tables";

/** Validities in `database`. */
export function sqlValidityStore(database: SqlDatabase<Database>): ValidityStore {
  const raised = compile(database, (db, p: { id: DeviceId; floor: number; now: number }) =>
    db
      .updateTable("devices")
      .set(({ eb, val }) => ({
        validity_seq: larger(eb("validity_seq", "+", eb.lit(1)), val(p.floor)),
        last_seen_at: p.now,
      }))
      .where("id", "=", p.id)
      .returning("validity_seq"),
  );

  return {
    async nextSeq(deviceId, heldSeq, nowMs) {
      const floor = lowestSeq(heldSeq, nowMs);
      const row = await raised.first({ id: deviceId, floor, now: nowMs });
      if (row === undefined) throw new SegueError("device_unknown");
      return row.validity_seq;
    },

    async last(deviceId) {
      const row = await database.query
        .selectFrom("device_validities")
        .select(["validity", "payload", "signature", "signing_key_id"])
        .where("device_id", "=", deviceId)
        .executeTakeFirst();
      if (row === undefined) return null;
      const { payload, signature, signing_key_id: signingKeyId } = row;
      return {
        validity: JSON.parse(row.validity) as Validity,
        signed: { payload, signature, signingKeyId },
      };
    },

    async keep({ validity, signed: { payload, signature, signingKeyId } }) {
      const { seq, deviceId } = validity;
      const said = {
        seq,
        validity: JSON.stringify(validity),
        payload,
        signature,
        signing_key_id: signingKeyId,
      };
      await database.query
        .insertInto("device_validities")
        .values({ device_id: deviceId, ...said })
        .onConflict((on) => on.column("device_id").doUpdateSet(said).where("device_validities.seq", "<", seq))
        .execute();
    },
  };
}
