/** What stores may rely on, whichever database they run on. */
import type { SuiteTools } from "../../../testing/suite-tools";
import type { TestDatabases } from "./databases";
import type { LawTables } from "./law-tables";
import { orderLaws } from "./order-laws";
import { statementLaws } from "./statement-laws";
import { transactionLaws } from "./transaction-laws";
import { valueLaws } from "./value-laws";

/** All laws, each on a database of its own. */
export function databaseLaws(tools: SuiteTools, databases: TestDatabases<LawTables>): void {
  for (const laws of [valueLaws, orderLaws, statementLaws, transactionLaws]) laws(tools, databases);
}
