import { onSql } from "../../../test/support/sql";
import { imageStoreSuite } from "../../testing/image-store-suite";
import { sqlImageStore } from "./image-store";
import { MAIN } from "./migrations";
import type { Database } from "./tables";
import { plantCatalog } from "./testing/plant-catalog";

onSql<Database>(MAIN, (tools, databases) =>
  imageStoreSuite(tools, async () => {
    const database = await databases.fresh();
    return {
      store: sqlImageStore(database),
      plant: (catalog) => plantCatalog(database, catalog),
      close: database.close,
    };
  }),
);
