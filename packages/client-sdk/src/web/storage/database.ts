import { type Play, SegueError } from "@segue/core";
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { TokenSet } from "../../ports/credentials";
import type { DeviceKeys } from "../../ports/key-store";

/** A listener's stream of events. */
export interface StreamRow {
  readonly streamId: string;
  readonly seqNext: number;
  /** Losses by reason. */
  readonly drops: Readonly<Record<string, number>>;
}

interface SegueSchema extends DBSchema {
  values: { key: string; value: unknown };
  keys: { key: string; value: DeviceKeys };
  credentials: { key: string; value: TokenSet };
  /** Plays to be reported, by listener and sequence number. */
  outbox: { key: [string, number]; value: { readonly seq: number; readonly play: Play } };
  /** Plays that go on, by event id, and the program that hears them. */
  plays: {
    key: string;
    value: {
      readonly owner: string;
      readonly userId: string;
      readonly play: Play;
      readonly writtenAtMs: number;
    };
  };
  streams: { key: string; value: StreamRow };
}

export type SegueDatabase = IDBPDatabase<SegueSchema>;

/** Stores that each version of the database adds. */
const STORES = [
  ["values", "keys", "credentials"],
  ["outbox", "plays", "streams"],
] as const;

/** Opens the IndexedDB database named `name` when it is first needed, and again after the browser closed it. */
export function lazyDatabase(name: string): { open(): Promise<SegueDatabase>; close(): Promise<void> } {
  let opening: Promise<SegueDatabase> | null = null;
  const forget = () => {
    opening = null;
  };
  return {
    open() {
      opening ??= openDB<SegueSchema>(name, 2, {
        upgrade(database, oldVersion) {
          for (const store of STORES.slice(oldVersion))
            for (const each of store) database.createObjectStore(each);
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
