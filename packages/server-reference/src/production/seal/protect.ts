import { createHash } from "node:crypto";
import { deriveRendition as deriveSecrets, type RenditionSecrets } from "@segue/core";
import { nodeCrypto } from "../../node-crypto";

/** What protects the rendition whose plaintext is `plaintext`. */
export function deriveRendition(secret: Uint8Array, plaintext: Uint8Array): RenditionSecrets {
  return deriveFromDigest(secret, createHash("sha256").update(plaintext).digest());
}

/** As `deriveRendition`, from the SHA-256 of the plaintext. */
export function deriveFromDigest(secret: Uint8Array, digest: Uint8Array): RenditionSecrets {
  return deriveSecrets(nodeCrypto, secret, digest);
}
