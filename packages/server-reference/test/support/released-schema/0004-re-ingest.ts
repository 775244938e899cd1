/** What an ingest found and planned per file, and objects that wait for their removal. */
export const RE_INGEST = `
ALTER TABLE ingest_files ADD COLUMN probed TEXT;
ALTER TABLE ingest_files ADD COLUMN planned TEXT;
CREATE TABLE retired_objects (
  store TEXT NOT NULL CHECK (store IN ('media', 'images')), hash TEXT NOT NULL, retired_at INTEGER NOT NULL,
  PRIMARY KEY (store, hash)
) STRICT;
`;
