/** What an album's loudness is gated from has a table of its own; it was kept as jobs that were done. */
export const LOUDNESS_BLOCKS = `
CREATE TABLE track_loudness_blocks (
  track_id TEXT PRIMARY KEY REFERENCES tracks (id) ON DELETE CASCADE, blocks TEXT NOT NULL
) STRICT;
INSERT INTO track_loudness_blocks (track_id, blocks)
  SELECT subject, payload FROM media_jobs WHERE kind = 'loudness' AND subject IN (SELECT id FROM tracks);
DELETE FROM media_jobs WHERE kind = 'loudness';
`;
