/** The steps of every table, in order. */
import type { MigrationSet } from "../migrate";
import { foundation } from "./0001-foundation";
import { licenseOperations } from "./0002-license-operations";
import { externalClaims } from "./0003-external-claims";
import { reIngest } from "./0004-re-ingest";
import { connect } from "./0005-connect";
import { loudnessBlocks } from "./0006-loudness-blocks";
import { lists } from "./0007-lists";
import { tokenUsers } from "./0008-token-users";
import { playlistOwners } from "./0009-playlist-owners";
import { eventLog } from "./events-0001-log";

/** What the server keeps. */
export const MAIN: MigrationSet = {
  area: "main",
  steps: [
    foundation,
    licenseOperations,
    externalClaims,
    reIngest,
    connect,
    loudnessBlocks,
    lists,
    tokenUsers,
    playlistOwners,
  ],
};

/** The event log: in SQLite a file of its own, in PostgreSQL beside the others. */
export const EVENTS: MigrationSet = { area: "events", steps: [eventLog] };
