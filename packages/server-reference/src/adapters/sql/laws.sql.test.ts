import { onSql } from "../../../test/support/sql";
import { LAW_TABLES } from "./testing/law-tables";
import { databaseLaws } from "./testing/laws";

onSql(LAW_TABLES, databaseLaws);
