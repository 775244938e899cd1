import { SegueError } from "@segue/core";
import { licenseKeySetSchema } from "@segue/core/wire";
import { parseAs } from "../api/parse-as";
import type { Transport } from "../api/transport";
import { fromBase64 } from "../device/base64";

/** The public keys that verify what the server signs. */
export interface ServerKeys {
  /** 32 bytes. Asks the server when the key is not known yet. @throws SegueError `validity_invalid` when it is unknown */
  find(keyId: string): Promise<Uint8Array>;
}

export function createServerKeys(transport: Transport): ServerKeys {
  const known = new Map<string, Uint8Array>();
  let loading: Promise<void> | null = null;

  async function load(): Promise<void> {
    const answer = await transport.call({ method: "GET", path: "/v1/license/keys", token: "none" });
    const { keys } = parseAs(licenseKeySetSchema, answer, "/license/keys");
    for (const { kid, kty, crv, x } of keys) {
      const bytes = fromBase64(x);
      if (kty === "OKP" && crv === "Ed25519" && bytes?.length === 32) known.set(kid, bytes);
    }
  }

  return {
    async find(keyId) {
      if (!known.has(keyId)) {
        loading ??= load().finally(() => {
          loading = null;
        });
        await loading;
      }
      const key = known.get(keyId);
      if (!key)
        throw new SegueError("validity_invalid", {
          detail: "signed with a key that the server does not list",
        });
      return key;
    },
  };
}
