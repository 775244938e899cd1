import { onSql } from "../../../test/support/sql";
import { signingKeyStoreSuite } from "../../testing/signing-key-store-suite";
import { MAIN } from "./migrations";
import { sqlSigningKeyStore } from "./signing-key-store";
import type { Database } from "./tables";

onSql<Database>(MAIN, (tools, databases) =>
  signingKeyStoreSuite(tools, async () => {
    const database = await databases.fresh();
    return { store: sqlSigningKeyStore(database), close: database.close };
  }),
);
