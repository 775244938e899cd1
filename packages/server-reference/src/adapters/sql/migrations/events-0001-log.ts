/** The event log: what was accepted, counted, kept apart. */
import { ddl, WORDS } from "../ddl";
import type { Migration } from "../migrate";

const { text, integer, blob, flag, json, time, serial, plain, clustered } = WORDS;

export const eventLog: Migration = {
  name: "event-log",
  statements: ddl`
CREATE TABLE events (
  "offset" ${serial} PRIMARY KEY, event_id ${blob} NOT NULL, user_id ${text} NOT NULL, device_id ${text} NOT NULL,
  market ${text} NOT NULL, track_id ${text} NOT NULL, received_at ${time} NOT NULL, started_at ${time} NOT NULL,
  ended_at ${time} NOT NULL, counted_ms ${integer} NOT NULL, counts ${flag} NOT NULL, future ${flag} NOT NULL,
  payload ${blob} NOT NULL
) ${plain};
CREATE TABLE accepted_ids (
  event_id ${blob} PRIMARY KEY, user_id ${text} NOT NULL, accepted_at ${time} NOT NULL
) ${clustered};
CREATE TABLE forgotten (up_to_offset ${integer} NOT NULL) ${plain};
INSERT INTO forgotten VALUES (0);
CREATE TABLE play_counts (track_id ${text} PRIMARY KEY, plays ${integer} NOT NULL) ${clustered};
CREATE TABLE quarantine (
  id ${serial} PRIMARY KEY, name ${blob} NOT NULL UNIQUE, user_id ${text} NOT NULL, device_id ${text} NOT NULL,
  received_at ${time} NOT NULL, reason ${text} NOT NULL, detail ${text} NOT NULL, raw ${blob} NOT NULL
) ${plain};
CREATE INDEX quarantine_by_user ON quarantine (user_id, id);
CREATE TABLE streams (
  user_id ${text} NOT NULL, stream_id ${blob} NOT NULL, ranges ${json} NOT NULL, dropped ${integer} NOT NULL,
  missing ${integer} NOT NULL, updated_at ${time} NOT NULL, PRIMARY KEY (user_id, stream_id)
) ${clustered};
`,
};
