/** The event log, as its file was made before. */
export const EVENT_LOG = `
CREATE TABLE events (
  offset INTEGER PRIMARY KEY, event_id BLOB NOT NULL, user_id TEXT NOT NULL, device_id TEXT NOT NULL,
  market TEXT NOT NULL, track_id TEXT NOT NULL, received_at INTEGER NOT NULL, started_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL, counted_ms INTEGER NOT NULL, counts INTEGER NOT NULL, future INTEGER NOT NULL,
  payload BLOB NOT NULL
) STRICT;
CREATE TABLE accepted_ids (
  event_id BLOB PRIMARY KEY, user_id TEXT NOT NULL, accepted_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE forgotten (up_to_offset INTEGER NOT NULL) STRICT;
INSERT INTO forgotten VALUES (0);
CREATE TABLE play_counts (track_id TEXT PRIMARY KEY, plays INTEGER NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, user_id TEXT NOT NULL, device_id TEXT NOT NULL,
  received_at INTEGER NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, raw BLOB NOT NULL
) STRICT;
CREATE INDEX quarantine_by_user ON quarantine (user_id, id);
CREATE TABLE streams (
  user_id TEXT NOT NULL, stream_id BLOB NOT NULL, ranges TEXT NOT NULL, dropped INTEGER NOT NULL,
  missing INTEGER NOT NULL, updated_at INTEGER NOT NULL, PRIMARY KEY (user_id, stream_id)
) WITHOUT ROWID, STRICT;
`;
