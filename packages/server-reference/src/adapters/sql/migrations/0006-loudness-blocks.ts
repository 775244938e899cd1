/** What an album's loudness is gated from has a table of its own; it was kept as jobs that were done. */
import { ddl, WORDS } from "../ddl";
import type { Migration } from "../migrate";

const { text, plain } = WORDS;

export const loudnessBlocks: Migration = {
  name: "loudness-blocks",
  statements: ddl`
CREATE TABLE track_loudness_blocks (
  track_id ${text} PRIMARY KEY REFERENCES tracks (id) ON DELETE CASCADE, blocks ${text} NOT NULL
) ${plain};
INSERT INTO track_loudness_blocks (track_id, blocks)
  SELECT subject, payload FROM media_jobs WHERE kind = 'loudness' AND subject IN (SELECT id FROM tracks);
DELETE FROM media_jobs WHERE kind = 'loudness';
`,
};
