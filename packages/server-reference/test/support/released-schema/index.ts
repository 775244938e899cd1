/** The steps by which servers made their tables before those were written for two databases, to the letter. */
import { FOUNDATION } from "./0001-foundation";
import { LICENSE_OPERATIONS } from "./0002-license-operations";
import { EXTERNAL_CLAIMS } from "./0003-external-claims";
import { RE_INGEST } from "./0004-re-ingest";
import { CONNECT } from "./0005-connect";
import { LOUDNESS_BLOCKS } from "./0006-loudness-blocks";
import { EVENT_LOG } from "./events-0001-log";

/** Step `n` leads from `user_version` n to n + 1. */
export const MIGRATIONS: readonly string[] = [
  FOUNDATION,
  LICENSE_OPERATIONS,
  EXTERNAL_CLAIMS,
  RE_INGEST,
  CONNECT,
  LOUDNESS_BLOCKS,
];

/** The same for the event log's file. */
export const EVENT_MIGRATIONS: readonly string[] = [EVENT_LOG];
