/** What an ingested file said of itself, and objects that nothing refers to any more. */
import { ddl, WORDS } from "../ddl";
import type { Migration } from "../migrate";

const { text, json, time, plain } = WORDS;

export const reIngest: Migration = {
  name: "re-ingest",
  statements: ddl`
ALTER TABLE ingest_files ADD COLUMN probed ${json};
ALTER TABLE ingest_files ADD COLUMN planned ${text};
CREATE TABLE retired_objects (
  store ${text} NOT NULL CHECK (store IN ('media', 'images')), hash ${text} NOT NULL, retired_at ${time} NOT NULL,
  PRIMARY KEY (store, hash)
) ${plain};
`,
};
