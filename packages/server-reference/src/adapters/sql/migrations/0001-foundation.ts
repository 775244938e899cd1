/** The first tables: listeners, catalog, media, devices, sign-in. */
import { ddl, WORDS } from "../ddl";
import type { Migration } from "../migrate";

const { text, integer, real, blob, flag, json, time, serial, plain } = WORDS;

export const foundation: Migration = {
  name: "foundation",
  statements: ddl`
CREATE TABLE users (
  id ${text} PRIMARY KEY, name ${text} NOT NULL, login ${text} NOT NULL UNIQUE, password_hash ${text},
  plan ${text} NOT NULL CHECK (plan IN ('free', 'premium')), market ${text} NOT NULL,
  explicit_filter ${flag} NOT NULL DEFAULT 0, created_at ${time} NOT NULL
) ${plain};
CREATE TABLE images (
  hash ${text} PRIMARY KEY, mime ${text} NOT NULL, path ${text} NOT NULL, byte_length ${integer} NOT NULL
) ${plain};
CREATE TABLE genres (name ${text} PRIMARY KEY, profile ${json}) ${plain};
CREATE TABLE artists (
  id ${text} PRIMARY KEY, name ${text} NOT NULL, sort_name ${text} NOT NULL, image_hash ${text} REFERENCES images (hash),
  genres ${json} NOT NULL DEFAULT '[]', popularity ${real} NOT NULL DEFAULT 0
) ${plain};
CREATE TABLE albums (
  id ${text} PRIMARY KEY, title ${text} NOT NULL, sort_title ${text} NOT NULL, image_hash ${text} REFERENCES images (hash),
  release_date ${text}, genres ${json} NOT NULL DEFAULT '[]', popularity ${real} NOT NULL DEFAULT 0, added_at ${time} NOT NULL,
  loudness_lufs ${real}, loudness_peak ${real}
) ${plain};
CREATE TABLE album_artists (
  album_id ${text} NOT NULL REFERENCES albums (id) ON DELETE CASCADE,
  artist_id ${text} NOT NULL REFERENCES artists (id), position ${integer} NOT NULL,
  PRIMARY KEY (album_id, position)
) ${plain};
CREATE INDEX album_artists_by_artist ON album_artists (artist_id);
CREATE TABLE recordings (id ${text} PRIMARY KEY, isrc ${text}) ${plain};
CREATE INDEX recordings_by_isrc ON recordings (isrc);
CREATE TABLE tracks (
  id ${text} PRIMARY KEY, recording_id ${text} NOT NULL REFERENCES recordings (id),
  album_id ${text} NOT NULL REFERENCES albums (id), title ${text} NOT NULL,
  disc_number ${integer} NOT NULL, track_number ${integer} NOT NULL, duration_ms ${real} NOT NULL,
  explicit ${flag} NOT NULL DEFAULT 0, popularity ${real} NOT NULL DEFAULT 0,
  markets ${json}, available_from ${time}, available_until ${time}, added_at ${time} NOT NULL
) ${plain};
CREATE INDEX tracks_by_album ON tracks (album_id, disc_number, track_number);
CREATE INDEX tracks_by_recording ON tracks (recording_id);
CREATE TABLE track_artists (
  track_id ${text} NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
  artist_id ${text} NOT NULL REFERENCES artists (id), position ${integer} NOT NULL,
  PRIMARY KEY (track_id, position)
) ${plain};
CREATE INDEX track_artists_by_artist ON track_artists (artist_id);
CREATE TABLE playlists (
  id ${text} PRIMARY KEY, title ${text} NOT NULL, description ${text} NOT NULL DEFAULT '',
  owner_id ${text} NOT NULL REFERENCES users (id), image_hash ${text} REFERENCES images (hash),
  popularity ${real} NOT NULL DEFAULT 0, created_at ${time} NOT NULL
) ${plain};
CREATE TABLE playlist_items (
  playlist_id ${text} NOT NULL REFERENCES playlists (id) ON DELETE CASCADE, position ${integer} NOT NULL,
  track_id ${text} NOT NULL REFERENCES tracks (id), added_at ${time} NOT NULL,
  PRIMARY KEY (playlist_id, position)
) ${plain};
CREATE TABLE renditions (
  id ${text} PRIMARY KEY, track_id ${text} NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
  codec ${text} NOT NULL CHECK (codec IN ('vorbis', 'aac')), tier ${integer} NOT NULL,
  sample_rate ${integer} NOT NULL, channels ${integer} NOT NULL CHECK (channels IN (1, 2)),
  trim_start ${integer} NOT NULL, trim_end ${integer} NOT NULL, total_frames ${integer} NOT NULL,
  media_hash ${text} NOT NULL, byte_length ${integer} NOT NULL, key_id ${text} NOT NULL,
  salt ${blob} NOT NULL, nonce_prefix ${blob} NOT NULL, plaintext_hash ${text} NOT NULL,
  encoder ${text} NOT NULL, created_at ${time} NOT NULL,
  UNIQUE (track_id, codec, tier)
) ${plain};
CREATE INDEX renditions_by_media ON renditions (media_hash);
CREATE TABLE track_loudness (
  track_id ${text} PRIMARY KEY REFERENCES tracks (id) ON DELETE CASCADE,
  track_lufs ${real} NOT NULL, track_peak ${real} NOT NULL, album_lufs ${real} NOT NULL, album_peak ${real} NOT NULL
) ${plain};
CREATE TABLE track_features (
  track_id ${text} PRIMARY KEY REFERENCES tracks (id) ON DELETE CASCADE, version ${text} NOT NULL,
  tempo ${real} NOT NULL, energy ${real} NOT NULL, valence ${real} NOT NULL, danceability ${real} NOT NULL,
  acousticness ${real} NOT NULL, speechiness ${real} NOT NULL, instrumentalness ${real} NOT NULL, liveness ${real} NOT NULL
) ${plain};
CREATE TABLE track_targets (
  track_id ${text} PRIMARY KEY REFERENCES tracks (id) ON DELETE CASCADE, composition ${json} NOT NULL,
  tempo ${real} NOT NULL, energy ${real} NOT NULL, valence ${real} NOT NULL, danceability ${real} NOT NULL,
  acousticness ${real} NOT NULL, speechiness ${real} NOT NULL, instrumentalness ${real} NOT NULL, liveness ${real} NOT NULL
) ${plain};
CREATE TABLE media_states (
  track_id ${text} PRIMARY KEY REFERENCES tracks (id) ON DELETE CASCADE,
  state ${text} NOT NULL CHECK (state IN ('ready', 'preparing', 'failed')), reason ${text}, updated_at ${time} NOT NULL
) ${plain};
CREATE TABLE media_jobs (
  id ${serial} PRIMARY KEY, kind ${text} NOT NULL, subject ${text} NOT NULL, payload ${json} NOT NULL,
  state ${text} NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
  priority ${real} NOT NULL DEFAULT 0, attempts ${integer} NOT NULL DEFAULT 0, reason ${text},
  created_at ${time} NOT NULL, updated_at ${time} NOT NULL, UNIQUE (kind, subject)
) ${plain};
CREATE INDEX media_jobs_by_state ON media_jobs (state, priority DESC, id);
CREATE TABLE ingest_files (
  folder ${text} NOT NULL, path ${text} NOT NULL, byte_length ${integer} NOT NULL, modified_at ${real} NOT NULL,
  content_hash ${text}, state ${text} NOT NULL CHECK (state IN ('done', 'rejected', 'pending')),
  reason ${text}, track_id ${text}, updated_at ${time} NOT NULL, PRIMARY KEY (folder, path)
) ${plain};
CREATE INDEX ingest_files_by_hash ON ingest_files (content_hash);
CREATE TABLE devices (
  id ${text} PRIMARY KEY, user_id ${text} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  identity_key ${blob} NOT NULL, agreement_key ${blob} NOT NULL, name ${text} NOT NULL, type ${text} NOT NULL,
  registered_at ${time} NOT NULL, last_seen_at ${time} NOT NULL, validity_seq ${integer} NOT NULL DEFAULT 0
) ${plain};
CREATE INDEX devices_by_user ON devices (user_id);
CREATE TABLE device_validities (
  device_id ${text} PRIMARY KEY REFERENCES devices (id) ON DELETE CASCADE, seq ${integer} NOT NULL,
  validity ${json} NOT NULL, payload ${blob} NOT NULL, signature ${blob} NOT NULL, signing_key_id ${text} NOT NULL
) ${plain};
CREATE TABLE device_challenges (
  challenge ${text} PRIMARY KEY, user_id ${text} NOT NULL REFERENCES users (id) ON DELETE CASCADE, expires_at ${time} NOT NULL
) ${plain};
CREATE INDEX device_challenges_by_user ON device_challenges (user_id);
CREATE TABLE revoked_keys (key_id ${text} PRIMARY KEY, revoked_at ${time} NOT NULL, reason ${text} NOT NULL) ${plain};
CREATE TABLE oidc_payloads (
  model ${text} NOT NULL, id ${text} NOT NULL, payload ${json} NOT NULL, grant_id ${text}, user_code ${text}, uid ${text},
  expires_at ${time}, consumed_at ${time}, PRIMARY KEY (model, id)
) ${plain};
CREATE INDEX oidc_payloads_by_grant ON oidc_payloads (grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX oidc_payloads_by_user_code ON oidc_payloads (user_code) WHERE user_code IS NOT NULL;
CREATE INDEX oidc_payloads_by_uid ON oidc_payloads (uid) WHERE uid IS NOT NULL;
CREATE INDEX oidc_payloads_by_expiry ON oidc_payloads (expires_at);
CREATE TABLE server_secrets (name ${text} PRIMARY KEY, value ${blob} NOT NULL, created_at ${time} NOT NULL) ${plain};
CREATE TABLE settings (name ${text} PRIMARY KEY, value ${text} NOT NULL) ${plain};
`,
};
