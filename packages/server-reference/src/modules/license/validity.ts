/** Validities: the signed statements that let a device use its key envelopes. */
import {
  type DeviceId,
  type KeyId,
  type Milliseconds,
  type Plan,
  type SignedPayload,
  type UserId,
  VALIDITY_TERMS,
  type Validity,
  validitySignedBytes,
} from "@segue/core";
import { LRUCache } from "lru-cache";
import type { SigningKeys } from "./signing-keys";

/** The largest seq that a device may claim to hold; far above any real one, far below the precision of numbers. */
export const MAX_HELD_SEQ = 2 ** 48;

/** Whose validity, and what it says. */
export interface ValidityHolder {
  readonly deviceId: DeviceId;
  readonly userId: UserId;
  readonly plan: Plan;
}

/** Durable state behind validities. */
export interface ValidityStore {
  /** Raises the device's seq above its last one and above `heldSeq`, in one atomic step, and returns it. */
  nextSeq(deviceId: DeviceId, heldSeq: number): Promise<number>;
  /** The last validity issued to the device, for a process that has just started. */
  last(deviceId: DeviceId): Promise<{ readonly validity: Validity; readonly signed: SignedPayload } | null>;
  /** Keeps what was issued; an older seq never replaces a newer one. */
  keep(validity: Validity, signed: SignedPayload): Promise<void>;
  /** Ids of the content keys that must no longer be used. The same array until one is added. */
  revokedKeyIds(): Promise<readonly KeyId[]>;
}

/** The signing keys of a moment. */
export interface SigningKeySource {
  at(nowMs: Milliseconds): Promise<SigningKeys>;
}

interface Held {
  readonly validity: Validity;
  readonly signed: SignedPayload;
}

/** What a validity is measured by. */
interface Asked {
  readonly holder: ValidityHolder;
  readonly revoked: readonly KeyId[];
  readonly keys: SigningKeys;
  readonly nowMs: Milliseconds;
  readonly heldSeq: number;
}

const HELD_IN_MEMORY = 10_000;

/** Issues validities, at most one per renewal period and device unless something that they say has changed. */
export class ValidityIssuer {
  readonly #held = new LRUCache<DeviceId, Held>({ max: HELD_IN_MEMORY });
  readonly #issuing = new Map<DeviceId, Promise<unknown>>();

  constructor(
    private readonly keys: SigningKeySource,
    private readonly store: ValidityStore,
    private readonly encode: (validity: Validity) => Uint8Array,
  ) {}

  /**
   * The validity that `holder` shall have now: the last one while it is fresh and still true, else a new one.
   * @param heldSeq highest seq that the device says it holds, when it asks for a newer one; the answer's seq is higher
   */
  async current(holder: ValidityHolder, nowMs: Milliseconds, heldSeq = -1): Promise<SignedPayload> {
    const asked: Asked = {
      holder,
      nowMs,
      heldSeq,
      revoked: await this.store.revokedKeyIds(),
      keys: await this.keys.at(nowMs),
    };
    const quick = this.#held.get(holder.deviceId);
    if (quick && stillTrue(quick, asked)) return quick.signed;
    return this.#oneByOne(holder.deviceId, async () => {
      const held = this.#held.get(holder.deviceId) ?? (await this.store.last(holder.deviceId));
      if (held && stillTrue(held, asked)) return this.#remember(held).signed;
      return this.#remember(await this.#issue(asked)).signed;
    });
  }

  async #issue({ holder, revoked, keys, nowMs, heldSeq }: Asked): Promise<Held> {
    const terms = VALIDITY_TERMS[holder.plan];
    const validity: Validity = {
      seq: await this.store.nextSeq(holder.deviceId, heldSeq),
      deviceId: holder.deviceId,
      userId: holder.userId,
      plan: holder.plan,
      offlineAllowed: terms.offline,
      issuedAtMs: nowMs,
      notAfterMs: nowMs + terms.lifetimeMs,
      renewAfterMs: nowMs + terms.renewMs,
      revokedKeyIds: revoked,
    };
    const signed = keys.sign(validitySignedBytes, this.encode(validity));
    await this.store.keep(validity, signed);
    return { validity, signed };
  }

  #remember(held: Held): Held {
    this.#held.set(held.validity.deviceId, held);
    return held;
  }

  /** Runs `work` after whatever runs for the device, so that a burst of requests gets one validity. */
  async #oneByOne<T>(deviceId: DeviceId, work: () => Promise<T>): Promise<T> {
    const before = this.#issuing.get(deviceId) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#issuing.set(deviceId, mine);
    try {
      return await mine;
    } finally {
      if (this.#issuing.get(deviceId) === mine) this.#issuing.delete(deviceId);
    }
  }
}

function stillTrue({ validity, signed }: Held, { holder, revoked, keys, nowMs, heldSeq }: Asked): boolean {
  return (
    nowMs >= validity.issuedAtMs &&
    nowMs < validity.renewAfterMs &&
    validity.seq > heldSeq &&
    validity.plan === holder.plan &&
    validity.userId === holder.userId &&
    signed.signingKeyId === keys.currentKid &&
    sameIds(validity.revokedKeyIds, revoked)
  );
}

function sameIds(a: readonly KeyId[], b: readonly KeyId[]): boolean {
  if (a === b) return true;
  return a.length === b.length && a.every((id, i) => id === b[i]);
}
