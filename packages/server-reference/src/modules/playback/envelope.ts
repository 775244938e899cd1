/** Key envelopes of grants, with one key agreement per device and hour instead of one per envelope. */
import { createECDH } from "node:crypto";
import {
  agreeOnEnvelopes,
  type DeviceId,
  type EnvelopeAgreement,
  type KeyEnvelope,
  type KeyId,
  type Milliseconds,
  type RenditionId,
  SegueError,
  wrapContentKey,
} from "@segue/core";
import { LRUCache } from "lru-cache";
import { nodeCrypto } from "../../node-crypto";

/** The device that shall open the envelope. */
export interface EnvelopeDevice {
  readonly id: DeviceId;
  /** Uncompressed P-256 point, 65 bytes. */
  readonly agreementKey: Uint8Array;
}

/** The key that the envelope carries. */
export interface EnvelopeKey {
  readonly keyId: KeyId;
  readonly renditionId: RenditionId;
  /** 32 bytes. */
  readonly contentKey: Uint8Array;
}

interface HeldAgreement extends EnvelopeAgreement {
  readonly agreementKey: Uint8Array;
  readonly madeAtMs: Milliseconds;
}

/** An agreement serves one device this long; each envelope still has its own key, by HKDF info. */
const AGREEMENT_MS = 3_600_000;
const AGREEMENTS_KEPT = 4096;

/** Wraps content keys, and keeps what it agreed on with each device. */
export class EnvelopeWrapper {
  readonly #agreements = new LRUCache<DeviceId, HeldAgreement>({ max: AGREEMENTS_KEPT });

  /** @throws SegueError `internal` when the device's registered agreement key is not a point of P-256 */
  wrap(device: EnvelopeDevice, key: EnvelopeKey, nowMs: Milliseconds): KeyEnvelope {
    const { keyId, renditionId, contentKey } = key;
    const ids = { deviceId: device.id, keyId, renditionId };
    return wrapContentKey(nodeCrypto, this.#agreement(device, nowMs), contentKey, ids);
  }

  #agreement(device: EnvelopeDevice, nowMs: Milliseconds): EnvelopeAgreement {
    const held = this.#agreements.get(device.id);
    const fresh = held && Math.abs(nowMs - held.madeAtMs) < AGREEMENT_MS;
    if (fresh && Buffer.compare(held.agreementKey, device.agreementKey) === 0) return held;
    const { agreementKey } = device;
    const made = { ...agree(agreementKey), agreementKey, madeAtMs: nowMs };
    this.#agreements.set(device.id, made);
    return made;
  }
}

/** A fresh ephemeral key pair agreed with `agreementKey`; its private half is forgotten here. */
function agree(agreementKey: Uint8Array): EnvelopeAgreement {
  const ephemeral = createECDH("prime256v1");
  const ephemeralPublicKey = new Uint8Array(ephemeral.generateKeys());
  try {
    return agreeOnEnvelopes(nodeCrypto, ephemeral.computeSecret(agreementKey), ephemeralPublicKey);
  } catch (cause) {
    throw new SegueError("internal", { detail: "the device's agreement key is not usable", cause });
  }
}
