/** What every part of the server is given. */
import type { Logger } from "pino";
import type { Db } from "./adapters/sqlite/open";
import type { ServerConfig } from "./config";
import type { EventLog } from "./modules/events/event-log";
import type { FaultHooks } from "./modules/sandbox/fault-hooks";
import type { Sandbox } from "./modules/sandbox/sandbox";

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

/** Configuration, effects and secrets of one running server. */
export interface ServerContext {
  readonly config: ServerConfig;
  readonly db: Db;
  readonly secrets: ServerSecrets;
  /** Where play events are kept. */
  readonly eventLog: EventLog;
  /** Server wall clock, milliseconds since the Unix epoch; in a sandbox the test clock. */
  readonly now: () => number;
  readonly logger: Logger;
  /** Called by whoever stores things or holds sockets; does nothing outside a sandbox. */
  readonly faults: FaultHooks;
  /** The test clock and the fault switches; null outside a sandbox. */
  readonly sandbox: Sandbox | null;
}
