/** Node's synchronous cryptography, as the rules in core ask for it. */
import { createCipheriv, createHmac, hkdfSync } from "node:crypto";
import type { SyncCryptoPort } from "@segue/core";

/** RFC 3394 §2.2.3.1: the default initial value. */
const WRAP_IV = Buffer.from("a6a6a6a6a6a6a6a6", "hex");

export const nodeCrypto: SyncCryptoPort = {
  hmacSha256: (key, data) => createHmac("sha256", key).update(data).digest(),
  hkdfSha256: (secret, salt, info, length) => new Uint8Array(hkdfSync("sha256", secret, salt, info, length)),
  wrapKey(keyEncryptionKey, key) {
    const cipher = createCipheriv("id-aes256-wrap", keyEncryptionKey, WRAP_IV);
    return new Uint8Array(Buffer.concat([cipher.update(key), cipher.final()]));
  },
};
