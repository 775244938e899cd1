/** The storage ports over one IndexedDB database. */
import { generateDeviceKeys } from "../../device/keys";
import type { CredentialStore } from "../../ports/credentials";
import type { IndexStore } from "../../ports/index-store";
import type { KeyStore } from "../../ports/key-store";
import type { OutboxStore } from "../../ports/outbox-store";
import { lazyDatabase } from "./database";
import { webOutbox } from "./web-outbox";

export interface WebStores {
  readonly outbox: OutboxStore;
  readonly credentials: CredentialStore;
  readonly keys: KeyStore;
  readonly index: IndexStore;
  close(): Promise<void>;
}

const KEY = "current";

/** @param name Database, lock and channel name; clients with the same name share their sign-in and device. */
export function webStores(name: string): WebStores {
  const database = lazyDatabase(name);
  const outbox = webOutbox(name, database);
  const channel = new BroadcastChannel(`${name}/credentials`);
  return {
    outbox,
    credentials: {
      load: async () => (await (await database.open()).get("credentials", KEY)) ?? null,
      async save(tokens) {
        const db = await database.open();
        await (tokens ? db.put("credentials", tokens, KEY) : db.delete("credentials", KEY));
        channel.postMessage("saved");
      },
      exclusive: inOrder((task) =>
        globalThis.navigator?.locks
          ? (navigator.locks.request(`${name}/credentials`, task) as ReturnType<typeof task>)
          : task(),
      ),
      onChange(listener) {
        channel.addEventListener("message", listener);
        return () => channel.removeEventListener("message", listener);
      },
    },
    keys: {
      async loadOrCreate() {
        const db = await database.open();
        const held = await db.get("keys", KEY);
        if (held) return held;
        const made = await generateDeviceKeys(false);
        // A transaction ends while keys are being made: whoever stores first wins.
        const transaction = db.transaction("keys", "readwrite");
        const first = await transaction.store.get(KEY);
        if (!first) await transaction.store.put(made, KEY);
        await transaction.done;
        return first ?? made;
      },
      clear: async () => (await database.open()).delete("keys", KEY),
    },
    index: {
      get: async (key) => (await (await database.open()).get("values", key)) ?? null,
      async put(key, value) {
        await (await database.open()).put("values", value, key);
      },
      delete: async (key) => (await database.open()).delete("values", key),
    },
    async close() {
      channel.close();
      await outbox.close();
      await database.close();
    },
  };
}

/** Within this page one task runs after the other, also where the Web Locks API is missing. */
function inOrder(lock: <T>(task: () => Promise<T>) => Promise<T>): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(task: () => Promise<T>) => {
    const next = last.then(() => lock(task));
    last = next.catch(() => undefined);
    return next;
  };
}
