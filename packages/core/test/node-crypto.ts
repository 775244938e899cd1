/** Node's synchronous cryptography for tests of core, and what an ECDH of Node's agrees on. */
import { createCipheriv, createHmac, type ECDH, hkdfSync } from "node:crypto";
import type { SyncCryptoPort } from "../src/protection/crypto-port";
import { agreeOnEnvelopes, type EnvelopeAgreement } from "../src/protection/envelope";

export const syncCrypto: SyncCryptoPort = {
  hmacSha256: (key, data) => createHmac("sha256", key).update(data).digest(),
  hkdfSha256: (secret, salt, info, length) => new Uint8Array(hkdfSync("sha256", secret, salt, info, length)),
  wrapKey(keyEncryptionKey, key) {
    const cipher = createCipheriv("id-aes256-wrap", keyEncryptionKey, Buffer.alloc(8, 0xa6));
    return new Uint8Array(Buffer.concat([cipher.update(key), cipher.final()]));
  },
};

/** Agrees `ephemeral` with the device whose agreement key is `agreementPoint`. */
export function agree(ephemeral: ECDH, agreementPoint: Uint8Array): EnvelopeAgreement {
  const shared = ephemeral.computeSecret(agreementPoint);
  return agreeOnEnvelopes(syncCrypto, shared, new Uint8Array(ephemeral.getPublicKey()));
}
