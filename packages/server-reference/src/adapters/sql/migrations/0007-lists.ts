/** Indexes for lists whose length does not depend on how much there is: shelves, tiers, revocations, challenges. */
import { ddl } from "../ddl";
import type { Migration } from "../migrate";

export const lists: Migration = {
  name: "lists",
  statements: ddl`
CREATE INDEX albums_by_popularity ON albums (popularity DESC, id);
CREATE INDEX albums_by_release ON albums (release_date DESC, id);
CREATE INDEX artists_by_popularity ON artists (popularity DESC, id);
CREATE INDEX playlists_by_popularity ON playlists (popularity DESC, id);
CREATE INDEX renditions_by_tier ON renditions (codec, tier);
CREATE INDEX revoked_keys_by_time ON revoked_keys (revoked_at DESC, key_id);
CREATE INDEX device_challenges_by_expiry ON device_challenges (expires_at);
`,
};
