import { onSql } from "../../../test/support/sql";
import { deviceStoreSuite } from "../../testing/device-store-suite";
import { sqlDeviceStore } from "./device-store";
import { MAIN } from "./migrations";
import type { Database } from "./tables";
import { addUser } from "./testing/rows";

onSql<Database>(MAIN, (tools, databases) =>
  deviceStoreSuite(tools, async () => {
    const database = await databases.fresh();
    return { store: sqlDeviceStore(database), addUser: (id) => addUser(database, id), close: database.close };
  }),
);
