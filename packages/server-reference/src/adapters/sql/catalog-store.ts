/** The catalog in SQL. */
import type { CatalogStore } from "../../modules/catalog/catalog-store";
import { sqlCollections } from "./catalog-collections";
import { sqlCatalogLists } from "./catalog-lists";
import { sqlTracks } from "./catalog-tracks";
import type { SqlDatabase } from "./database";
import type { Database } from "./tables";

/** The catalog in `database`. */
export function sqlCatalogStore(database: SqlDatabase<Database>): CatalogStore {
  return { ...sqlTracks(database), ...sqlCollections(database), ...sqlCatalogLists(database) };
}
