/**
 * Where the signing keys after the first are kept. Implementations: SQLite and PostgreSQL
 * (`adapters/sql/signing-key-store.ts`), which pass `testing/signing-key-store-suite.ts`.
 */
import type { Milliseconds } from "@segue/core";
import type { KeyGeneration } from "./key-schedule";

/** A signing key as it is kept. */
export interface StoredSigningKey extends KeyGeneration {
  /** 32 bytes. */
  readonly seed: Uint8Array;
}

/** A signing key that is to be kept. */
export interface NewSigningKey extends Omit<StoredSigningKey, "generation"> {
  readonly publishedAtMs: Milliseconds;
}

/** Signing keys after the first, which derives from the server's secret. */
export interface SigningKeyStore {
  /** Every key, in rising order. */
  list(): Promise<readonly StoredSigningKey[]>;
  /** Keeps `key` as the newest, also when several come at once. Returns its generation, from 2. */
  add(key: NewSigningKey): Promise<number>;
}
