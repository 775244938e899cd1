/**
 * Where devices and challenges are kept. Implementations: SQLite and PostgreSQL (`adapters/sql/device-store.ts`), which
 * pass `testing/device-store-suite.ts`.
 */
import type { DeviceId, DeviceType, Milliseconds, UserId } from "@segue/core";

/** How many devices one user may have. */
export const MAX_DEVICES = 20;
/** Challenges of one user that wait at the same time; the oldest gives way. */
export const MAX_CHALLENGES = 10;

/** What a device says of itself. */
export interface DeviceDescription {
  readonly id: DeviceId;
  readonly userId: UserId;
  readonly name: string;
  readonly type: DeviceType;
  /** Uncompressed P-256 points, 65 bytes. */
  readonly identityKey: Uint8Array;
  readonly agreementKey: Uint8Array;
}

/** A registered device. */
export interface Device extends DeviceDescription {
  readonly registeredAtMs: Milliseconds;
  readonly lastSeenAtMs: Milliseconds;
}

/** Devices, the challenges that prove them, and those that were revoked. Users are somebody else's, and must exist. */
export interface DeviceStore {
  /** Keeps a challenge of `userId`, and forgets those that have expired. */
  addChallenge(
    userId: UserId,
    challenge: Uint8Array,
    nowMs: Milliseconds,
    expiresAtMs: Milliseconds,
  ): Promise<void>;
  /** Uses a challenge up; false when it is unknown, used, expired or another user's. */
  takeChallenge(userId: UserId, challenge: Uint8Array, nowMs: Milliseconds): Promise<boolean>;
  /**
   * Registers a device, or again one that the user has: then name, type and agreement key are taken over. A device
   * whose holder signs in as somebody else moves to that user. Requests at the same time keep to the limit together.
   * @throws SegueError `device_limit`, `forbidden` for a device that was revoked
   */
  register(device: DeviceDescription, nowMs: Milliseconds): Promise<Device>;
  /** The device, whoever has it; null when there is none. Always read afresh: a removed device gets nothing. */
  find(id: DeviceId): Promise<Device | null>;
  /** The user's devices, the last seen first, then by id. */
  list(userId: UserId): Promise<readonly Device[]>;
  /** Whether there was such a device of the user to remove. */
  remove(userId: UserId, id: DeviceId): Promise<boolean>;
  /**
   * Removes a device for good: it cannot be registered again. Revoking twice keeps the first reason.
   * @returns whether it was not revoked before
   */
  revoke(id: DeviceId, reason: string, nowMs: Milliseconds): Promise<boolean>;
  /** Lets a revoked device register again; false when it was not revoked. */
  allow(id: DeviceId): Promise<boolean>;
}
