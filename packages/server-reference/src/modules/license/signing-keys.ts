/** Ed25519 keys that sign validities and time proofs, derived from the server's secret. */
import { createHash, createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign } from "node:crypto";
import type { SignedPayload } from "@segue/core";

/** What a signature is made over: label ‖ 0x00 ‖ payload. */
export type SignatureLabel = "segue/validity/v1" | "segue/time-proof/v1";

/** A public key as GET /v1/license/keys lists it: a JSON Web Key. */
export interface LicenseKey {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  readonly alg: "EdDSA";
  readonly use: "sig";
  readonly kid: string;
  /** 32 bytes, base64url. */
  readonly x: string;
}

const KEY_LABEL = "segue/license-signing/v1";
/** RFC 8410: everything of a PKCS #8 Ed25519 key before its 32-byte seed. */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly listed: LicenseKey;
}

function derive(secret: Uint8Array, generation: number): SigningKey {
  const seed = Buffer.from(hkdfSync("sha256", secret, new Uint8Array(32), `${KEY_LABEL}\0${generation}`, 32));
  const der = Buffer.concat([PKCS8_PREFIX, seed]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const x = createPublicKey(privateKey).export({ format: "jwk" }).x as string;
  const kid = `lic-${generation}-${createHash("sha256").update(x).digest("base64url").slice(0, 10)}`;
  return { kid, privateKey, listed: { kty: "OKP", crv: "Ed25519", alg: "EdDSA", use: "sig", kid, x } };
}

/** The signing keys of a server: generation `n` signs, and every generation down to `n - kept` still verifies. */
export class SigningKeys {
  readonly #keys: readonly SigningKey[];

  /**
   * @param secret at least 32 bytes that never leave the server
   * @param generation which key signs, from 1; raise it to rotate
   * @param kept how many earlier keys stay listed, so that what they signed can still be verified
   */
  constructor(secret: Uint8Array, generation = 1, kept = 2) {
    if (secret.length < 32) throw new RangeError("the server secret needs 32 bytes");
    const oldest = Math.max(1, generation - kept);
    this.#keys = Array.from({ length: generation - oldest + 1 }, (_, i) => derive(secret, generation - i));
  }

  /** Id of the key that signs now. */
  get currentKid(): string {
    return this.#keys[0]!.kid;
  }

  /** Public keys, the signing one first. */
  list(): readonly LicenseKey[] {
    return this.#keys.map((key) => key.listed);
  }

  /** Signs `payload` under `label` with the current key. */
  sign(label: SignatureLabel, payload: Uint8Array): SignedPayload {
    const key = this.#keys[0]!;
    const signature = sign(null, Buffer.concat([Buffer.from(`${label}\0`), payload]), key.privateKey);
    return { payload, signature: new Uint8Array(signature), signingKeyId: key.kid };
  }
}
