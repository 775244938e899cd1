/** A device with its two key pairs, after docs/spec/license.md#devices. */
import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { idOf } from "./ids";

/** A P-256 key pair and its public point. */
export interface PointKey {
  readonly privateKey: KeyObject;
  /** Uncompressed, 65 bytes. */
  readonly point: Buffer;
}

/** What a device knows of itself. */
export interface DeviceKeys {
  readonly id: string;
  readonly identity: PointKey;
  readonly agreement: PointKey;
}

/** A fresh P-256 key pair. */
export function makePointKey(): PointKey {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x, y } = privateKey.export({ format: "jwk" });
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x!, "base64url"), Buffer.from(y!, "base64url")]);
  return { privateKey: createPrivateKey(privateKey.export({ format: "pem", type: "pkcs8" })), point };
}

/** A fresh device: its id carries the first 16 bytes of SHA-256 of its identity key. */
export function makeDeviceKeys(): DeviceKeys {
  const identity = makePointKey();
  const id = idOf("dev", createHash("sha256").update(identity.point).digest());
  return { id, identity, agreement: makePointKey() };
}

/** `"segue/device-proof/v1"` ‖ 0x00 ‖ challenge ‖ identity key ‖ agreement key, signed raw by the identity key. */
export function proofOf(keys: DeviceKeys, challenge: Buffer): Buffer {
  const signed = Buffer.concat([
    Buffer.from("segue/device-proof/v1\0", "utf8"),
    challenge,
    keys.identity.point,
    keys.agreement.point,
  ]);
  return sign("sha256", signed, { key: keys.identity.privateKey, dsaEncoding: "ieee-p1363" });
}
