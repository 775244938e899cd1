import { onSql } from "../../../test/support/sql";
import { tokenStoreSuite } from "../../testing/token-store-suite";
import { MAIN } from "./migrations";
import type { Database } from "./tables";
import { sqlTokenStore } from "./token-store";
import { sqlUserStore } from "./user-store";

onSql<Database>(MAIN, (tools, databases) =>
  tokenStoreSuite(tools, async () => {
    const database = await databases.fresh();
    return { store: sqlTokenStore(database), users: sqlUserStore(database), close: database.close };
  }),
);
