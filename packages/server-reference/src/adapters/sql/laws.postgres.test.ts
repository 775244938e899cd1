import { onPostgres } from "../../../test/support/sql";
import { LAW_TABLES } from "./testing/law-tables";
import { databaseLaws } from "./testing/laws";

onPostgres(LAW_TABLES, databaseLaws);
