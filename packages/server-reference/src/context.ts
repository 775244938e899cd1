/** What every module is given. */
import type { Logger } from "pino";
import type { SqlDatabase } from "./adapters/sql/database";
import type { Database, Db } from "./adapters/sql/tables";
import type { FaultHooks } from "./fault-hooks";
import type { ServerSettings } from "./settings";

/** Secrets made on the first start; every one is at least 32 bytes. */
export interface ServerSecrets {
  /** Signs media URLs. */
  readonly mediaUrl: Uint8Array;
  /** Content keys, salts, nonce prefixes, key ids and rendition ids derive from it. */
  readonly content: Uint8Array;
  /** Ed25519 keys of validities and time proofs derive from it. */
  readonly license: Uint8Array;
  /** Signs and encrypts cursors, cookies and forms. */
  readonly session: Uint8Array;
}

/** What one running server shares: settings, effects, secrets. What only some modules use is passed to those. */
export interface ServerContext {
  readonly config: ServerSettings;
  readonly database: SqlDatabase<Database>;
  /** Its query builder, for areas whose stores have no port yet. */
  readonly db: Db;
  readonly secrets: ServerSecrets;
  /** Server wall clock, milliseconds since the Unix epoch; in a sandbox the test clock. */
  readonly now: () => number;
  readonly logger: Logger;
  /** Called by whoever stores things or holds sockets; does nothing outside a sandbox. */
  readonly faults: FaultHooks;
}
