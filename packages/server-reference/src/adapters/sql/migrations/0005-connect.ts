/** Connect sessions and the results of their commands. */
import { ddl, WORDS } from "../ddl";
import type { Migration } from "../migrate";

const { text, integer, blob, json, time, plain } = WORDS;

export const connect: Migration = {
  name: "connect",
  statements: ddl`
CREATE TABLE connect_sessions (
  id ${text} PRIMARY KEY, user_id ${text} NOT NULL REFERENCES users (id) ON DELETE CASCADE, incarnation ${integer} NOT NULL,
  version ${integer} NOT NULL, session ${blob} NOT NULL, rest ${json} NOT NULL, updated_at ${time} NOT NULL
) ${plain};
CREATE INDEX connect_sessions_by_user ON connect_sessions (user_id);
CREATE TABLE connect_results (
  session_id ${text} NOT NULL REFERENCES connect_sessions (id) ON DELETE CASCADE, device_id ${text} NOT NULL,
  command_id ${text} NOT NULL, result ${blob} NOT NULL, at_ms ${time} NOT NULL,
  PRIMARY KEY (session_id, device_id, command_id)
) ${plain};
CREATE INDEX connect_results_by_age ON connect_results (session_id, at_ms);
`,
};
