import { onSqlite } from "../../../test/support/sql";
import { LAW_TABLES } from "./testing/law-tables";
import { databaseLaws } from "./testing/laws";

onSqlite(LAW_TABLES, databaseLaws);
