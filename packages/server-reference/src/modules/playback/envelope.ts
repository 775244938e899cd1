/** Wraps content keys to devices: ECDH P-256, HKDF-SHA-256, AES-256 key wrap (docs/architecture.md, Protection). */
import { createCipheriv, createECDH, createHmac } from "node:crypto";
import {
  type DeviceId,
  type KeyEnvelope,
  type KeyId,
  type Milliseconds,
  type RenditionId,
  SegueError,
} from "@segue/core";

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

interface Agreement {
  readonly agreementKey: Uint8Array;
  readonly ephemeralPublicKey: Uint8Array;
  /** HKDF-Extract of the shared secret, from which each envelope's key is expanded. */
  readonly pseudoRandomKey: Buffer;
  readonly madeAtMs: Milliseconds;
}

const LABEL = "segue/envelope/v1";
const NO_SALT = Buffer.alloc(32);
/** RFC 3394 §2.2.3.1: the default initial value. */
const WRAP_IV = Buffer.from("a6a6a6a6a6a6a6a6", "hex");
/** An agreement serves one device this long; each envelope still has its own key, by HKDF info. */
const AGREEMENT_MS = 3_600_000;
const AGREEMENTS_KEPT = 4096;

/** Wraps content keys, with one key agreement per device and hour instead of one per envelope. */
export class EnvelopeWrapper {
  readonly #agreements = new Map<DeviceId, Agreement>();

  /** @throws SegueError `internal` when the device's registered agreement key is not a point of P-256 */
  wrap(device: EnvelopeDevice, key: EnvelopeKey, nowMs: Milliseconds): KeyEnvelope {
    const agreement = this.#agreement(device, nowMs);
    const info = `${LABEL}\0${device.id}\0${key.keyId}\0${key.renditionId}`;
    // HKDF-Expand to 32 bytes is one block (RFC 5869 §2.3).
    const kek = createHmac("sha256", agreement.pseudoRandomKey).update(`${info}\x01`).digest();
    const cipher = createCipheriv("id-aes256-wrap", kek, WRAP_IV);
    const wrappedKey = new Uint8Array(Buffer.concat([cipher.update(key.contentKey), cipher.final()]));
    const { keyId, renditionId } = key;
    const { ephemeralPublicKey } = agreement;
    return { keyId, renditionId, deviceId: device.id, ephemeralPublicKey, wrappedKey };
  }

  #agreement(device: EnvelopeDevice, nowMs: Milliseconds): Agreement {
    const held = this.#agreements.get(device.id);
    const fresh = held && Math.abs(nowMs - held.madeAtMs) < AGREEMENT_MS;
    if (fresh && Buffer.compare(held.agreementKey, device.agreementKey) === 0) return held;
    const made = agree(device.agreementKey, nowMs);
    this.#agreements.delete(device.id);
    this.#agreements.set(device.id, made);
    if (this.#agreements.size > AGREEMENTS_KEPT)
      this.#agreements.delete(this.#agreements.keys().next().value as DeviceId);
    return made;
  }
}

/** A fresh ephemeral key pair agreed with `agreementKey`; its private half is forgotten here. */
function agree(agreementKey: Uint8Array, madeAtMs: Milliseconds): Agreement {
  const ephemeral = createECDH("prime256v1");
  const ephemeralPublicKey = new Uint8Array(ephemeral.generateKeys());
  try {
    const sharedSecret = ephemeral.computeSecret(agreementKey);
    const pseudoRandomKey = createHmac("sha256", NO_SALT).update(sharedSecret).digest();
    return { agreementKey, ephemeralPublicKey, pseudoRandomKey, madeAtMs };
  } catch (cause) {
    throw new SegueError("internal", { detail: "the device's agreement key is not usable", cause });
  }
}
