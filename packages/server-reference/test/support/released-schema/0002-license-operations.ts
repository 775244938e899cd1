/** Rotated signing keys, and devices that may not come back. */
export const LICENSE_OPERATIONS = `
CREATE TABLE license_signing_keys (
  generation INTEGER PRIMARY KEY CHECK (generation > 1), seed BLOB NOT NULL, published_at INTEGER NOT NULL,
  signs_from INTEGER NOT NULL, replaces_compromised INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE revoked_devices (device_id TEXT PRIMARY KEY, revoked_at INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;
`;
