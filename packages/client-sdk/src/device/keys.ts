import type { DeviceKeyPair, DeviceKeys } from "../ports/key-store";

const CURVE = "P-256";

/** The algorithms of a device's two key pairs. */
export const KEY_KINDS = {
  identity: { algorithm: { name: "ECDSA", namedCurve: CURVE }, usages: ["sign"] },
  agreement: { algorithm: { name: "ECDH", namedCurve: CURVE }, usages: ["deriveBits"] },
} as const satisfies Record<keyof DeviceKeys, { algorithm: EcKeyImportParams; usages: KeyUsage[] }>;

/** Makes both key pairs. Private keys can leave the process only when `extractable`. */
export async function generateDeviceKeys(extractable: boolean): Promise<DeviceKeys> {
  return {
    identity: await generate("identity", extractable),
    agreement: await generate("agreement", extractable),
  };
}

async function generate(kind: keyof DeviceKeys, extractable: boolean): Promise<DeviceKeyPair> {
  const { algorithm, usages } = KEY_KINDS[kind];
  const all: KeyUsage[] = kind === "identity" ? [...usages, "verify"] : [...usages];
  const pair = (await crypto.subtle.generateKey(algorithm, extractable, all)) as CryptoKeyPair;
  return {
    privateKey: pair.privateKey,
    publicKey: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)),
  };
}
