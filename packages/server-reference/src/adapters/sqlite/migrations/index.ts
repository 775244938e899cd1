/** The steps that make the tables, one file each. A step that was released is never edited; add another. */
import { FOUNDATION } from "./0001-foundation";
import { LICENSE_OPERATIONS } from "./0002-license-operations";
import { EXTERNAL_CLAIMS } from "./0003-external-claims";
import { RE_INGEST } from "./0004-re-ingest";
import { CONNECT } from "./0005-connect";
import { LOUDNESS_BLOCKS } from "./0006-loudness-blocks";

/** Step `n` leads from `user_version` n to n + 1. */
export const MIGRATIONS: readonly string[] = [
  FOUNDATION,
  LICENSE_OPERATIONS,
  EXTERNAL_CLAIMS,
  RE_INGEST,
  CONNECT,
  LOUDNESS_BLOCKS,
];
