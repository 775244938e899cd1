import { onSql } from "../../../test/support/sql";
import { validityStoreSuite } from "../../testing/validity-store-suite";
import { MAIN } from "./migrations";
import type { Database } from "./tables";
import { addDevice } from "./testing/rows";
import { sqlValidityStore } from "./validity-store";

onSql<Database>(MAIN, (tools, databases) =>
  validityStoreSuite(tools, async () => {
    const database = await databases.fresh();
    const seen = database.query.selectFrom("devices").select("last_seen_at");
    return {
      store: sqlValidityStore(database),
      addDevice: (id) => addDevice(database, id),
      lastSeenAtMs: async (id) => (await seen.where("id", "=", id).executeTakeFirstOrThrow()).last_seen_at,
      close: database.close,
    };
  }),
);
