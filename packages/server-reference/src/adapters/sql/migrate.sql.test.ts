import { onSql } from "../../../test/support/sql";
import { sqliteDatabases } from "./testing/databases";
import { NO_TABLES, schemaSuite } from "./testing/schema-suite";

onSql<unknown>(NO_TABLES, (tools, databases) => schemaSuite(tools, databases, sqliteDatabases(NO_TABLES)));
