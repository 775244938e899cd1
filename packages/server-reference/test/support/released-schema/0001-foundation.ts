/** Users, catalog, renditions, devices, tokens, secrets. */

const FEATURES = `
  tempo REAL NOT NULL, energy REAL NOT NULL, valence REAL NOT NULL, danceability REAL NOT NULL,
  acousticness REAL NOT NULL, speechiness REAL NOT NULL, instrumentalness REAL NOT NULL, liveness REAL NOT NULL`;

export const FOUNDATION = `
CREATE TABLE users (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, login TEXT NOT NULL UNIQUE, password_hash TEXT,
  plan TEXT NOT NULL CHECK (plan IN ('free', 'premium')), market TEXT NOT NULL,
  explicit_filter INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE images (
  hash TEXT PRIMARY KEY, mime TEXT NOT NULL, path TEXT NOT NULL, byte_length INTEGER NOT NULL
) STRICT;
CREATE TABLE genres (name TEXT PRIMARY KEY, profile TEXT) STRICT;
CREATE TABLE artists (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, sort_name TEXT NOT NULL, image_hash TEXT REFERENCES images (hash),
  genres TEXT NOT NULL DEFAULT '[]', popularity REAL NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE albums (
  id TEXT PRIMARY KEY, title TEXT NOT NULL, sort_title TEXT NOT NULL, image_hash TEXT REFERENCES images (hash),
  release_date TEXT, genres TEXT NOT NULL DEFAULT '[]', popularity REAL NOT NULL DEFAULT 0, added_at INTEGER NOT NULL,
  loudness_lufs REAL, loudness_peak REAL
) STRICT;
CREATE TABLE album_artists (
  album_id TEXT NOT NULL REFERENCES albums (id) ON DELETE CASCADE,
  artist_id TEXT NOT NULL REFERENCES artists (id), position INTEGER NOT NULL,
  PRIMARY KEY (album_id, position)
) STRICT;
CREATE INDEX album_artists_by_artist ON album_artists (artist_id);
CREATE TABLE recordings (id TEXT PRIMARY KEY, isrc TEXT) STRICT;
CREATE INDEX recordings_by_isrc ON recordings (isrc);
CREATE TABLE tracks (
  id TEXT PRIMARY KEY, recording_id TEXT NOT NULL REFERENCES recordings (id),
  album_id TEXT NOT NULL REFERENCES albums (id), title TEXT NOT NULL,
  disc_number INTEGER NOT NULL, track_number INTEGER NOT NULL, duration_ms REAL NOT NULL,
  explicit INTEGER NOT NULL DEFAULT 0, popularity REAL NOT NULL DEFAULT 0,
  markets TEXT, available_from INTEGER, available_until INTEGER, added_at INTEGER NOT NULL
) STRICT;
CREATE INDEX tracks_by_album ON tracks (album_id, disc_number, track_number);
CREATE INDEX tracks_by_recording ON tracks (recording_id);
CREATE TABLE track_artists (
  track_id TEXT NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
  artist_id TEXT NOT NULL REFERENCES artists (id), position INTEGER NOT NULL,
  PRIMARY KEY (track_id, position)
) STRICT;
CREATE INDEX track_artists_by_artist ON track_artists (artist_id);
CREATE TABLE playlists (
  id TEXT PRIMARY KEY, title TEXT NOT NULL, description TEXT NOT NULL DEFAULT '',
  owner_id TEXT NOT NULL REFERENCES users (id), image_hash TEXT REFERENCES images (hash),
  popularity REAL NOT NULL DEFAULT 0, created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE playlist_items (
  playlist_id TEXT NOT NULL REFERENCES playlists (id) ON DELETE CASCADE, position INTEGER NOT NULL,
  track_id TEXT NOT NULL REFERENCES tracks (id), added_at INTEGER NOT NULL,
  PRIMARY KEY (playlist_id, position)
) STRICT;
CREATE TABLE renditions (
  id TEXT PRIMARY KEY, track_id TEXT NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
  codec TEXT NOT NULL CHECK (codec IN ('vorbis', 'aac')), tier INTEGER NOT NULL,
  sample_rate INTEGER NOT NULL, channels INTEGER NOT NULL CHECK (channels IN (1, 2)),
  trim_start INTEGER NOT NULL, trim_end INTEGER NOT NULL, total_frames INTEGER NOT NULL,
  media_hash TEXT NOT NULL, byte_length INTEGER NOT NULL, key_id TEXT NOT NULL,
  salt BLOB NOT NULL, nonce_prefix BLOB NOT NULL, plaintext_hash TEXT NOT NULL,
  encoder TEXT NOT NULL, created_at INTEGER NOT NULL,
  UNIQUE (track_id, codec, tier)
) STRICT;
CREATE INDEX renditions_by_media ON renditions (media_hash);
CREATE TABLE track_loudness (
  track_id TEXT PRIMARY KEY REFERENCES tracks (id) ON DELETE CASCADE,
  track_lufs REAL NOT NULL, track_peak REAL NOT NULL, album_lufs REAL NOT NULL, album_peak REAL NOT NULL
) STRICT;
CREATE TABLE track_features (
  track_id TEXT PRIMARY KEY REFERENCES tracks (id) ON DELETE CASCADE, version TEXT NOT NULL, ${FEATURES}
) STRICT;
CREATE TABLE track_targets (
  track_id TEXT PRIMARY KEY REFERENCES tracks (id) ON DELETE CASCADE, composition TEXT NOT NULL, ${FEATURES}
) STRICT;
CREATE TABLE media_states (
  track_id TEXT PRIMARY KEY REFERENCES tracks (id) ON DELETE CASCADE,
  state TEXT NOT NULL CHECK (state IN ('ready', 'preparing', 'failed')), reason TEXT, updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE media_jobs (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, payload TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
  priority REAL NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, reason TEXT,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, UNIQUE (kind, subject)
) STRICT;
CREATE INDEX media_jobs_by_state ON media_jobs (state, priority DESC, id);
CREATE TABLE ingest_files (
  folder TEXT NOT NULL, path TEXT NOT NULL, byte_length INTEGER NOT NULL, modified_at REAL NOT NULL,
  content_hash TEXT, state TEXT NOT NULL CHECK (state IN ('done', 'rejected', 'pending')),
  reason TEXT, track_id TEXT, updated_at INTEGER NOT NULL, PRIMARY KEY (folder, path)
) STRICT;
CREATE INDEX ingest_files_by_hash ON ingest_files (content_hash);
CREATE TABLE devices (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  identity_key BLOB NOT NULL, agreement_key BLOB NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
  registered_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL, validity_seq INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX devices_by_user ON devices (user_id);
CREATE TABLE device_validities (
  device_id TEXT PRIMARY KEY REFERENCES devices (id) ON DELETE CASCADE, seq INTEGER NOT NULL,
  validity TEXT NOT NULL, payload BLOB NOT NULL, signature BLOB NOT NULL, signing_key_id TEXT NOT NULL
) STRICT;
CREATE TABLE device_challenges (
  challenge TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE, expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX device_challenges_by_user ON device_challenges (user_id);
CREATE TABLE revoked_keys (key_id TEXT PRIMARY KEY, revoked_at INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;
CREATE TABLE oidc_payloads (
  model TEXT NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL, grant_id TEXT, user_code TEXT, uid TEXT,
  expires_at INTEGER, consumed_at INTEGER, PRIMARY KEY (model, id)
) STRICT;
CREATE INDEX oidc_payloads_by_grant ON oidc_payloads (grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX oidc_payloads_by_user_code ON oidc_payloads (user_code) WHERE user_code IS NOT NULL;
CREATE INDEX oidc_payloads_by_uid ON oidc_payloads (uid) WHERE uid IS NOT NULL;
CREATE INDEX oidc_payloads_by_expiry ON oidc_payloads (expires_at);
CREATE TABLE server_secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL, created_at INTEGER NOT NULL) STRICT;
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
`;
