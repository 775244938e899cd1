import { onSql } from "../../../test/support/sql";
import { catalogStoreSuite } from "../../testing/catalog-store-suite";
import { sqlCatalogStore } from "./catalog-store";
import { MAIN } from "./migrations";
import type { Database } from "./tables";
import { plantCatalog } from "./testing/plant-catalog";

onSql<Database>(MAIN, (tools, databases) =>
  catalogStoreSuite(tools, async () => {
    const database = await databases.fresh();
    return {
      store: sqlCatalogStore(database),
      plant: (catalog) => plantCatalog(database, catalog),
      close: database.close,
    };
  }),
);
