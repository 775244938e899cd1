import { SegueError } from "@segue/core";
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { TokenSet } from "../../ports/credentials";
import type { DeviceKeys } from "../../ports/key-store";

interface SegueSchema extends DBSchema {
  values: { key: string; value: unknown };
  keys: { key: string; value: DeviceKeys };
  credentials: { key: string; value: TokenSet };
}

export type SegueDatabase = IDBPDatabase<SegueSchema>;

/** Opens the IndexedDB database named `name` when it is first needed, and again after the browser closed it. */
export function lazyDatabase(name: string): { open(): Promise<SegueDatabase>; close(): Promise<void> } {
  let opening: Promise<SegueDatabase> | null = null;
  const forget = () => {
    opening = null;
  };
  return {
    open() {
      opening ??= openDB<SegueSchema>(name, 1, {
        upgrade(database) {
          for (const store of ["values", "keys", "credentials"] as const) database.createObjectStore(store);
        },
        blocking: (_current, _next, event) => {
          (event.target as IDBDatabase).close();
          forget();
        },
        terminated: forget,
      }).catch((cause) => {
        forget();
        throw new SegueError("unavailable", { detail: "the browser's storage could not be opened", cause });
      });
      return opening;
    },
    async close() {
      const database = await opening?.catch(() => null);
      forget();
      database?.close();
    },
  };
}
