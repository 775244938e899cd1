import { onSql } from "../../../test/support/sql";
import { revokedKeyStoreSuite } from "../../testing/revoked-key-store-suite";
import { MAIN } from "./migrations";
import { sqlRevokedKeyStore } from "./revoked-key-store";
import type { Database } from "./tables";

onSql<Database>(MAIN, (tools, databases) =>
  revokedKeyStoreSuite(tools, async () => {
    const database = await databases.fresh();
    return { store: sqlRevokedKeyStore(database), close: database.close };
  }),
);
