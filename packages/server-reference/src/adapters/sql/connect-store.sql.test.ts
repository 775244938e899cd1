import { onSql } from "../../../test/support/sql";
import { connectStoreSuite } from "../../testing/connect-store-suite";
import { ANNA } from "../../testing/event-builders";
import { SqlConnectStore } from "./connect-store";
import { MAIN } from "./migrations";
import type { Database } from "./tables";
import { addUser } from "./testing/rows";

onSql<Database>(MAIN, (tools, databases) =>
  connectStoreSuite(tools, async () => {
    const database = await databases.fresh();
    await addUser(database, ANNA);
    return { store: new SqlConnectStore(database), close: database.close };
  }),
);
