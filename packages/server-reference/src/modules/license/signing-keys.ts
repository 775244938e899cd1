/** Ed25519 keys that sign validities and time proofs. */
import { createHash, createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign } from "node:crypto";
import type { LicenseKey, SignedPayload } from "@segue/core";

/** A private key, and how its public half is listed. */
export interface SigningKey {
  readonly generation: number;
  readonly privateKey: KeyObject;
  readonly listed: LicenseKey;
}

const FIRST_SEED_LABEL = "segue/license-signing/v1\x001";
/** RFC 8410: everything of a PKCS #8 Ed25519 key before its 32-byte seed. */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** Seed of the first key of a server: it derives from the server's secret of at least 32 bytes. */
export function firstSeed(secret: Uint8Array): Uint8Array {
  if (secret.length < 32) throw new RangeError("the server secret needs 32 bytes");
  return new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(32), FIRST_SEED_LABEL, 32));
}

/** The key of `seed`, which has 32 bytes. */
export function signingKey(generation: number, seed: Uint8Array): SigningKey {
  const der = Buffer.concat([PKCS8_PREFIX, seed]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const x = createPublicKey(privateKey).export({ format: "jwk" }).x as string;
  const kid = `lic-${generation}-${createHash("sha256").update(x).digest("base64url").slice(0, 10)}`;
  const listed = { kty: "OKP", crv: "Ed25519", alg: "EdDSA", use: "sig", kid, x } as const;
  return { generation, privateKey, listed };
}

/** The keys of one moment. */
export class SigningKeys {
  readonly #signing: SigningKey;
  readonly #others: readonly SigningKey[];

  /** @param others keys that do not sign now, but whose signatures are accepted or soon will be */
  constructor(signing: SigningKey, others: readonly SigningKey[] = []) {
    this.#signing = signing;
    this.#others = others;
  }

  /** Id of the key that signs now. */
  get currentKid(): string {
    return this.#signing.listed.kid;
  }

  /** Public keys, the signing one first. */
  list(): readonly LicenseKey[] {
    return [this.#signing, ...this.#others].map((key) => key.listed);
  }

  /** Signs `payload`; `signedBytes` says what the signature of its kind covers. */
  sign(signedBytes: (payload: Uint8Array) => Uint8Array, payload: Uint8Array): SignedPayload {
    const { privateKey, listed } = this.#signing;
    const signature = sign(null, signedBytes(payload), privateKey);
    return { payload, signature: new Uint8Array(signature), signingKeyId: listed.kid };
  }
}
