import { onSql } from "../../../test/support/sql";
import { playableStoreSuite } from "../../testing/playable-store-suite";
import { MAIN } from "./migrations";
import { sqlPlayableStore } from "./playable-store";
import type { Database } from "./tables";
import { plantCatalog } from "./testing/plant-catalog";

onSql<Database>(MAIN, (tools, databases) =>
  playableStoreSuite(tools, async () => {
    const database = await databases.fresh();
    return {
      store: sqlPlayableStore(database),
      plant: (catalog) => plantCatalog(database, catalog),
      close: database.close,
    };
  }),
);
