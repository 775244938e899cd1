import { onSql } from "../../../test/support/sql";
import { userStoreSuite } from "../../testing/user-store-suite";
import { sqlDeviceStore } from "./device-store";
import { MAIN } from "./migrations";
import type { Database } from "./tables";
import { addPlaylist, countPlaylists } from "./testing/rows";
import { sqlTokenStore } from "./token-store";
import { sqlUserStore } from "./user-store";

onSql<Database>(MAIN, (tools, databases) =>
  userStoreSuite(tools, async () => {
    const database = await databases.fresh();
    return {
      store: sqlUserStore(database),
      tokens: sqlTokenStore(database),
      devices: sqlDeviceStore(database),
      addPlaylist: (owner) => addPlaylist(database, owner),
      countPlaylists: () => countPlaylists(database),
      close: database.close,
    };
  }),
);
