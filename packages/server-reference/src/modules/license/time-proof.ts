/** Time proofs: the server's signature over a device's fresh nonce and the time. */
import { type DeviceId, type Milliseconds, SegueError, type SignedPayload } from "@segue/core";
import type { SigningKeys } from "./signing-keys";

/** What a time proof says. */
export interface TimeProof {
  readonly deviceId: DeviceId;
  readonly nonce: Uint8Array;
  readonly timeMs: Milliseconds;
}

/** Signs `nonce` and the time for `deviceId`. @throws SegueError `invalid_request` when the nonce is not 16 to 64 bytes */
export function createTimeProof(
  keys: SigningKeys,
  encode: (proof: TimeProof) => Uint8Array,
  deviceId: DeviceId,
  nonce: Uint8Array,
  nowMs: Milliseconds,
): SignedPayload {
  if (nonce.length < 16 || nonce.length > 64) {
    const problem = { pointer: "/nonce", message: "expected 16 to 64 bytes" };
    throw new SegueError("invalid_request", { detail: "/nonce: expected 16 to 64 bytes", errors: [problem] });
  }
  return keys.sign("segue/time-proof/v1", encode({ deviceId, nonce, timeMs: nowMs }));
}
