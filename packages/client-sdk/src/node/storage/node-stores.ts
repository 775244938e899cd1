/** The storage ports over a directory that only its owner may read. */
import { join } from "node:path";
import { generateDeviceKeys, KEY_KINDS } from "../../device/keys";
import type { CredentialStore, TokenSet } from "../../ports/credentials";
import type { IndexStore } from "../../ports/index-store";
import type { DeviceKeyPair, DeviceKeys, KeyStore } from "../../ports/key-store";
import type { OutboxStore } from "../../ports/outbox-store";
import { withFileLock } from "./file-lock";
import { readJsonFile, removeFile, writeJsonFile } from "./files";
import { nodeOutbox } from "./node-outbox";

export interface NodeStores {
  readonly outbox: OutboxStore;
  readonly credentials: CredentialStore;
  readonly keys: KeyStore;
  readonly index: IndexStore;
}

interface StoredKeyPair {
  readonly privateKey: JsonWebKey;
  readonly publicKey: string;
}

export function nodeStores(directory: string): NodeStores {
  const file = (name: string) => join(directory, `${name}.json`);
  const credentialsFile = file("credentials");
  const keysFile = file("device-keys");
  const indexFile = (key: string) => file(`index-${encodeURIComponent(key)}`);
  let last: Promise<unknown> = Promise.resolve();

  return {
    outbox: nodeOutbox(directory),
    credentials: {
      load: async () => asTokens(await readJsonFile(credentialsFile)),
      save: (tokens) => (tokens ? writeJsonFile(credentialsFile, tokens) : removeFile(credentialsFile)),
      exclusive(task) {
        const next = last.then(() => withFileLock(join(directory, "credentials.lock"), task));
        last = next.catch(() => undefined);
        return next;
      },
      onChange: () => () => undefined,
    },
    keys: {
      loadOrCreate: () =>
        withFileLock(join(directory, "device-keys.lock"), async () => {
          const stored = (await readJsonFile(keysFile)) as Record<keyof DeviceKeys, StoredKeyPair> | null;
          if (stored) {
            return {
              identity: await readPair("identity", stored.identity),
              agreement: await readPair("agreement", stored.agreement),
            };
          }
          const made = await generateDeviceKeys(true);
          await writeJsonFile(keysFile, {
            identity: await storedPair(made.identity),
            agreement: await storedPair(made.agreement),
          });
          return made;
        }),
      clear: () => removeFile(keysFile),
    },
    index: {
      get: (key) => readJsonFile(indexFile(key)),
      put: (key, value) => writeJsonFile(indexFile(key), value),
      delete: (key) => removeFile(indexFile(key)),
    },
  };
}

async function storedPair(pair: DeviceKeyPair): Promise<StoredKeyPair> {
  return {
    privateKey: await crypto.subtle.exportKey("jwk", pair.privateKey),
    publicKey: Buffer.from(pair.publicKey).toString("base64url"),
  };
}

async function readPair(kind: keyof DeviceKeys, stored: StoredKeyPair): Promise<DeviceKeyPair> {
  const { algorithm, usages } = KEY_KINDS[kind];
  return {
    privateKey: await crypto.subtle.importKey("jwk", stored.privateKey, algorithm, false, [...usages]),
    publicKey: new Uint8Array(Buffer.from(stored.publicKey, "base64url")),
  };
}

function asTokens(value: unknown): TokenSet | null {
  const held = value as Partial<TokenSet> | null;
  if (typeof held?.accessToken !== "string" || typeof held.expiresAt !== "number") return null;
  return {
    accessToken: held.accessToken,
    refreshToken: typeof held.refreshToken === "string" ? held.refreshToken : null,
    expiresAt: held.expiresAt,
    ...(typeof held.issuer === "string" ? { issuer: held.issuer } : {}),
  };
}
