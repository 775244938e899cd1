/** The tables, as Kysely sees them. Instants are milliseconds since the Unix epoch; flags are 0 or 1; lists are JSON text. */
import type { Generated, Kysely } from "kysely";

type Flag = 0 | 1;

export interface UsersTable {
  id: string;
  name: string;
  /** Lower case; what is typed to sign in. */
  login: string;
  /** `scrypt$N$r$p$salt$hash`, null for users of an external provider and synthetic listeners. */
  password_hash: string | null;
  plan: "free" | "premium";
  market: string;
  explicit_filter: Generated<Flag>;
  created_at: number;
  /** When the token of another provider was issued that said name, plan and market; null for users of this server. */
  claims_issued_at: number | null;
}
export interface ArtistsTable {
  id: string;
  name: string;
  sort_name: string;
  image_hash: string | null;
  /** JSON list of genre names. */
  genres: Generated<string>;
  /** Higher is shown earlier. */
  popularity: Generated<number>;
}
export interface AlbumsTable {
  id: string;
  title: string;
  sort_title: string;
  image_hash: string | null;
  release_date: string | null;
  /** JSON list of genre names. */
  genres: Generated<string>;
  popularity: Generated<number>;
  added_at: number;
  /** EBU R 128 of the whole album, LUFS; null until every track was measured. */
  loudness_lufs: number | null;
  /** Linear true peak. */
  loudness_peak: number | null;
}
export interface AlbumArtistsTable {
  album_id: string;
  artist_id: string;
  position: number;
}
export interface RecordingsTable {
  id: string;
  isrc: string | null;
}
export interface TracksTable {
  id: string;
  recording_id: string;
  album_id: string;
  title: string;
  disc_number: number;
  track_number: number;
  duration_ms: number;
  explicit: Generated<Flag>;
  popularity: Generated<number>;
  /** JSON list of ISO 3166-1 codes; null means everywhere. */
  markets: string | null;
  available_from: number | null;
  available_until: number | null;
  added_at: number;
}
export interface TrackArtistsTable {
  track_id: string;
  artist_id: string;
  position: number;
}
export interface PlaylistsTable {
  id: string;
  title: string;
  description: Generated<string>;
  owner_id: string;
  image_hash: string | null;
  popularity: Generated<number>;
  created_at: number;
}
export interface PlaylistItemsTable {
  playlist_id: string;
  position: number;
  track_id: string;
  added_at: number;
}
export interface GenresTable {
  name: string;
  /** JSON object; what it holds is the demo's matter. */
  profile: string | null;
}
export interface ImagesTable {
  /** Lower-case hex SHA-256 of the file. */
  hash: string;
  mime: string;
  /** Relative to the data directory. */
  path: string;
  byte_length: number;
}
export interface RenditionsTable {
  id: string;
  track_id: string;
  codec: "vorbis" | "aac";
  /** Nominal kbps. */
  tier: number;
  sample_rate: number;
  channels: number;
  trim_start: number;
  trim_end: number;
  total_frames: number;
  /** Lower-case hex SHA-256 of the ciphertext. */
  media_hash: string;
  /** Of the ciphertext. */
  byte_length: number;
  key_id: string;
  /** 32 bytes. */
  salt: Uint8Array;
  /** 7 bytes. */
  nonce_prefix: Uint8Array;
  /** Lower-case hex SHA-256 of the plaintext rendition. */
  plaintext_hash: string;
  encoder: string;
  created_at: number;
}
export interface TrackLoudnessTable {
  track_id: string;
  track_lufs: number;
  track_peak: number;
  album_lufs: number;
  album_peak: number;
}
interface FeatureColumns {
  track_id: string;
  tempo: number;
  energy: number;
  valence: number;
  danceability: number;
  acousticness: number;
  speechiness: number;
  instrumentalness: number;
  liveness: number;
}
export interface TrackFeaturesTable extends FeatureColumns {
  /** Version of the estimator that measured them. */
  version: string;
}
/** What a track gives to its album's loudness. */
export interface TrackLoudnessBlocksTable {
  track_id: string;
  /** Base64 of little-endian 32-bit floats: the mean square of each 400 ms. */
  blocks: string;
}
/** What a demo track was composed to be. */
export interface TrackTargetsTable extends FeatureColumns {
  /** JSON: seed and whatever else the composer needs. */
  composition: string;
}
export interface MediaStatesTable {
  track_id: string;
  state: "ready" | "preparing" | "failed";
  reason: string | null;
  updated_at: number;
}
export interface MediaJobsTable {
  id: Generated<number>;
  kind: string;
  /** What the job is about; unique with `kind`. */
  subject: string;
  payload: string;
  state: "queued" | "running" | "done" | "failed";
  priority: Generated<number>;
  attempts: Generated<number>;
  reason: string | null;
  created_at: number;
  updated_at: number;
}
export interface IngestFilesTable {
  /** Relative to the ingested folder, with `/`. */
  path: string;
  folder: string;
  byte_length: number;
  /** When content, name or rights changed last. */
  modified_at: number;
  /** Lower-case hex SHA-256 of what the track was made of, or of a refused file where it could be read. */
  content_hash: string | null;
  state: "done" | "rejected" | "pending";
  reason: string | null;
  /** A refused file keeps the track that an earlier content of it made. */
  track_id: string | null;
  /** JSON of what the file says of itself; null for what an older version ingested. */
  probed: string | null;
  /** Fingerprint of what was last written to the catalog for it. */
  planned: string | null;
  updated_at: number;
}
/** Stored objects that nothing refers to any more; removed once no URL of them can work. */
export interface RetiredObjectsTable {
  store: "media" | "images";
  hash: string;
  retired_at: number;
}
export interface DevicesTable {
  id: string;
  user_id: string;
  /** Uncompressed P-256 points, 65 bytes. */
  identity_key: Uint8Array;
  agreement_key: Uint8Array;
  name: string;
  type: string;
  registered_at: number;
  last_seen_at: number;
  validity_seq: Generated<number>;
}
export interface DeviceValiditiesTable {
  device_id: string;
  seq: number;
  /** JSON of the validity. */
  validity: string;
  payload: Uint8Array;
  signature: Uint8Array;
  signing_key_id: string;
}
export interface DeviceChallengesTable {
  /** base64url of 32 bytes. */
  challenge: string;
  user_id: string;
  expires_at: number;
}
export interface RevokedKeysTable {
  key_id: string;
  revoked_at: number;
  reason: string;
}
export interface RevokedDevicesTable {
  device_id: string;
  revoked_at: number;
  reason: string;
}
/** Signing keys after the first, which derives from the server's secret. */
export interface LicenseSigningKeysTable {
  /** From 2. */
  generation: number;
  /** 32 bytes. */
  seed: Uint8Array;
  published_at: number;
  signs_from: number;
  /** Earlier keys are known to others: nothing that they signed is to be accepted. */
  replaces_compromised: Generated<Flag>;
}
export interface OidcPayloadsTable {
  model: string;
  id: string;
  payload: string;
  /** Whom it was issued to; null before somebody has signed in. */
  user_id: string | null;
  grant_id: string | null;
  user_code: string | null;
  uid: string | null;
  expires_at: number | null;
  consumed_at: number | null;
}
export interface ServerSecretsTable {
  name: string;
  value: Uint8Array;
  created_at: number;
}
/** Small named values, such as the seed of the demo. */
export interface SettingsTable {
  name: string;
  value: string;
}

export interface ConnectSessionsTable {
  id: string;
  user_id: string;
  incarnation: number;
  version: number;
  /** Snapshot frame in protobuf. */
  session: Uint8Array;
  /** JSON of what no observer sees. */
  rest: string;
  updated_at: number;
}
export interface ConnectResultsTable {
  session_id: string;
  device_id: string;
  /** 32 hex digits. */
  command_id: string;
  /** Result frame in protobuf. */
  result: Uint8Array;
  at_ms: number;
}

/** Every table. */
export interface Database {
  users: UsersTable;
  artists: ArtistsTable;
  albums: AlbumsTable;
  album_artists: AlbumArtistsTable;
  recordings: RecordingsTable;
  tracks: TracksTable;
  track_artists: TrackArtistsTable;
  playlists: PlaylistsTable;
  playlist_items: PlaylistItemsTable;
  genres: GenresTable;
  images: ImagesTable;
  renditions: RenditionsTable;
  track_loudness: TrackLoudnessTable;
  track_features: TrackFeaturesTable;
  track_targets: TrackTargetsTable;
  media_states: MediaStatesTable;
  track_loudness_blocks: TrackLoudnessBlocksTable;
  media_jobs: MediaJobsTable;
  ingest_files: IngestFilesTable;
  retired_objects: RetiredObjectsTable;
  devices: DevicesTable;
  device_validities: DeviceValiditiesTable;
  device_challenges: DeviceChallengesTable;
  revoked_keys: RevokedKeysTable;
  revoked_devices: RevokedDevicesTable;
  license_signing_keys: LicenseSigningKeysTable;
  oidc_payloads: OidcPayloadsTable;
  server_secrets: ServerSecretsTable;
  settings: SettingsTable;
  connect_sessions: ConnectSessionsTable;
  connect_results: ConnectResultsTable;
}

/** The query builder over them, for areas whose stores have no port yet. */
export type Db = Kysely<Database>;
