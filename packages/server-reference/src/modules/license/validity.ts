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
import type { IssuedValidity, ValidityStore } from "./validity-store";

/** The largest seq that a device may claim to hold; far above any real one, far below the precision of numbers. */
export const MAX_HELD_SEQ = 2 ** 48;

/** Whose validity, and what it says. */
export interface ValidityHolder {
  readonly deviceId: DeviceId;
  readonly userId: UserId;
  readonly plan: Plan;
}

/** The signing keys of a moment. */
export interface SigningKeySource {
  at(nowMs: Milliseconds): Promise<SigningKeys>;
}

/** What the issuer uses. */
export interface ValidityPorts {
  readonly keys: SigningKeySource;
  readonly store: ValidityStore;
  /** Ids of the content keys that must no longer be used. The same array until they change. */
  revokedKeyIds(): Promise<readonly KeyId[]>;
  encode(validity: Validity): Uint8Array;
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
  readonly #held = new LRUCache<DeviceId, IssuedValidity>({ max: HELD_IN_MEMORY });
  readonly #issuing = new Map<DeviceId, Promise<unknown>>();

  readonly #ports: ValidityPorts;

  constructor(ports: ValidityPorts) {
    this.#ports = ports;
  }

  /**
   * The validity that `holder` shall have now: the last one while it is fresh and still true, else a new one.
   * @param heldSeq highest seq that the device says it holds, when it asks for a newer one; the answer's seq is higher
   */
  async current(holder: ValidityHolder, nowMs: Milliseconds, heldSeq = -1): Promise<SignedPayload> {
    const { keys, store, revokedKeyIds } = this.#ports;
    const asked: Asked = {
      holder,
      nowMs,
      heldSeq,
      revoked: await revokedKeyIds(),
      keys: await keys.at(nowMs),
    };
    const quick = this.#held.get(holder.deviceId);
    if (quick && stillTrue(quick, asked)) return quick.signed;
    return this.#oneByOne(holder.deviceId, async () => {
      const held = this.#held.get(holder.deviceId) ?? (await store.last(holder.deviceId));
      if (held && stillTrue(held, asked)) return this.#remember(held).signed;
      return this.#remember(await this.#issue(asked)).signed;
    });
  }

  async #issue({ holder, revoked, keys, nowMs, heldSeq }: Asked): Promise<IssuedValidity> {
    const { store, encode } = this.#ports;
    const terms = VALIDITY_TERMS[holder.plan];
    const validity: Validity = {
      seq: await store.nextSeq(holder.deviceId, heldSeq, nowMs),
      deviceId: holder.deviceId,
      userId: holder.userId,
      plan: holder.plan,
      offlineAllowed: terms.offline,
      issuedAtMs: nowMs,
      notAfterMs: nowMs + terms.lifetimeMs,
      renewAfterMs: nowMs + terms.renewMs,
      revokedKeyIds: revoked,
    };
    const signed = keys.sign(validitySignedBytes, encode(validity));
    const issued = { validity, signed };
    await store.keep(issued);
    return issued;
  }

  #remember(held: IssuedValidity): IssuedValidity {
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

function stillTrue(
  { validity, signed }: IssuedValidity,
  { holder, revoked, keys, nowMs, heldSeq }: Asked,
): boolean {
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
