/** Connect sessions and the results of their commands. */
export const CONNECT = `
CREATE TABLE connect_sessions (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE, incarnation INTEGER NOT NULL,
  version INTEGER NOT NULL, session BLOB NOT NULL, rest TEXT NOT NULL, updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX connect_sessions_by_user ON connect_sessions (user_id);
CREATE TABLE connect_results (
  session_id TEXT NOT NULL REFERENCES connect_sessions (id) ON DELETE CASCADE, device_id TEXT NOT NULL,
  command_id TEXT NOT NULL, result BLOB NOT NULL, at_ms INTEGER NOT NULL,
  PRIMARY KEY (session_id, device_id, command_id)
) STRICT;
CREATE INDEX connect_results_by_age ON connect_results (session_id, at_ms);
`;
