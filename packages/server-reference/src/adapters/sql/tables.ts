/** The tables that `migrations/` make, as Kysely sees them. */
export type { Database, DevicesTable } from "../sqlite/schema";
