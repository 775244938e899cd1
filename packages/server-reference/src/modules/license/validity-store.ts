/**
 * Where issued validities are kept. Implementations: SQLite and PostgreSQL (`adapters/sql/validity-store.ts`), which pass
 * `testing/validity-store-suite.ts`.
 */
import type { DeviceId, Milliseconds, SignedPayload, Validity } from "@segue/core";

/** A validity, and what was sent of it. */
export interface IssuedValidity {
  readonly validity: Validity;
  readonly signed: SignedPayload;
}

/**
 * The lowest seq for a device that holds `heldSeq`: at least the time in seconds, so that it also rises for a device that
 * was removed and registered again, and after the database was restored from a backup.
 */
export const lowestSeq = (heldSeq: number, nowMs: Milliseconds): number =>
  Math.max(heldSeq + 1, Math.floor(nowMs / 1000));

/** The last validity of each device. Devices are somebody else's, and must exist. */
export interface ValidityStore {
  /**
   * Raises the device's seq above its last one, to `lowestSeq(heldSeq, nowMs)` at least, in one atomic step, and returns
   * it. The device was seen at `nowMs`.
   * @throws SegueError `device_unknown`
   */
  nextSeq(deviceId: DeviceId, heldSeq: number, nowMs: Milliseconds): Promise<number>;
  /** The last validity issued to the device, for a process that has just started. */
  last(deviceId: DeviceId): Promise<IssuedValidity | null>;
  /** Keeps what was issued; an older seq never replaces a newer one. */
  keep(issued: IssuedValidity): Promise<void>;
}
