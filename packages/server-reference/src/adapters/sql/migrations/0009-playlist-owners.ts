/** Finds the playlists of a listener who is removed. */
import { ddl } from "../ddl";
import type { Migration } from "../migrate";

export const playlistOwners: Migration = {
  name: "playlist-owners",
  statements: ddl`
CREATE INDEX playlists_by_owner ON playlists (owner_id);
`,
};
