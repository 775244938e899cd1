import {
  type ClockReading,
  gate,
  type KeyId,
  type LicenseState,
  type Milliseconds,
  SegueError,
} from "@segue/core";

const BOOT = "engine";

/**
 * The license gate of one engine. An engine may run on a thread whose monotonic clock has another origin than the one the
 * license was stepped with, so time goes on from the license's high-water mark by this thread's clock.
 */
export class LicenseGate {
  readonly #now: () => Milliseconds;
  readonly #wall: () => Milliseconds;
  #license: LicenseState | null = null;

  constructor(now: () => Milliseconds, wall: () => Milliseconds) {
    this.#now = now;
    this.#wall = wall;
  }

  set(license: LicenseState): void {
    const { clock } = license;
    const proof = clock.proof && { serverMs: clock.highWaterMs, monotonicMs: this.#now(), bootId: BOOT };
    this.#license = { ...license, clock: { highWaterMs: clock.highWaterMs, proof } };
  }

  /** @throws SegueError `license_missing`, `license_expired`, `license_revoked`, `clock_tampered` */
  ask(keyId: KeyId): void {
    if (!this.#license) throw new SegueError("license_missing");
    const reading: ClockReading = { wallMs: this.#wall(), monotonicMs: this.#now(), bootId: BOOT };
    const answer = gate(this.#license, keyId, reading);
    if (!answer.open) throw new SegueError(answer.code);
  }
}
