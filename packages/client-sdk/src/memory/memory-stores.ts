/** The storage ports in memory: for tests, and for programs that must leave nothing behind. */
import { generateDeviceKeys } from "../device/keys";
import type { CredentialStore, TokenSet } from "../ports/credentials";
import type { IndexStore } from "../ports/index-store";
import type { DeviceKeys, KeyStore } from "../ports/key-store";

export function memoryCredentials(initial: TokenSet | null = null): CredentialStore {
  let held = initial;
  let last: Promise<unknown> = Promise.resolve();
  return {
    load: async () => held,
    async save(tokens) {
      held = tokens;
    },
    exclusive(task) {
      const next = last.then(task);
      last = next.catch(() => undefined);
      return next;
    },
    onChange: () => () => undefined,
  };
}

export function memoryKeys(): KeyStore {
  let keys: Promise<DeviceKeys> | null = null;
  return {
    loadOrCreate() {
      keys ??= generateDeviceKeys(false);
      return keys;
    },
    async clear() {
      keys = null;
    },
  };
}

export function memoryIndex(): IndexStore {
  const values = new Map<string, string>();
  return {
    get: async (key) => JSON.parse(values.get(key) ?? "null"),
    async put(key, value) {
      values.set(key, JSON.stringify(value));
    },
    async delete(key) {
      values.delete(key);
    },
  };
}
