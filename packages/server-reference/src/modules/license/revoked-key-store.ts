/**
 * Where the revoked content keys are kept. Implementations: SQLite and PostgreSQL
 * (`adapters/sql/revoked-key-store.ts`), which pass `testing/revoked-key-store-suite.ts`.
 */
import type { KeyId, Milliseconds } from "@segue/core";

/** Content keys that must no longer be used. */
export interface RevokedKeyStore {
  /** The keys that were revoked last, `limit` at most: the newest first, then by id. Always read afresh. */
  newest(limit: number): Promise<readonly KeyId[]>;
  /**
   * Withdraws a key for every device. Revoking twice keeps the first reason.
   * @returns whether the key was not revoked before
   */
  revoke(keyId: KeyId, reason: string, nowMs: Milliseconds): Promise<boolean>;
  /** Gives a revoked key back; false when it was not revoked. */
  allow(keyId: KeyId): Promise<boolean>;
}
