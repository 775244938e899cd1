import { onSql } from "../../../test/support/sql";
import { renditionStoreSuite } from "../../testing/rendition-store-suite";
import { MAIN } from "./migrations";
import { sqlRenditionStore } from "./rendition-store";
import type { Database } from "./tables";
import { plantCatalog } from "./testing/plant-catalog";

onSql<Database>(MAIN, (tools, databases) =>
  renditionStoreSuite(tools, async () => {
    const database = await databases.fresh();
    return {
      store: sqlRenditionStore(database),
      plant: (catalog) => plantCatalog(database, catalog),
      close: database.close,
    };
  }),
);
