/** Signing keys after the first, and devices that were revoked. */
import { ddl, WORDS } from "../ddl";
import type { Migration } from "../migrate";

const { text, integer, blob, flag, time, plain } = WORDS;

export const licenseOperations: Migration = {
  name: "license-operations",
  statements: ddl`
CREATE TABLE license_signing_keys (
  generation ${integer} PRIMARY KEY CHECK (generation > 1), seed ${blob} NOT NULL, published_at ${time} NOT NULL,
  signs_from ${time} NOT NULL, replaces_compromised ${flag} NOT NULL DEFAULT 0
) ${plain};
CREATE TABLE revoked_devices (device_id ${text} PRIMARY KEY, revoked_at ${time} NOT NULL, reason ${text} NOT NULL) ${plain};
`,
};
