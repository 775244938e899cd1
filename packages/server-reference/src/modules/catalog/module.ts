/** The catalog: what there is to listen to. */
import type { ServerContext } from "../../context";
import { signedIn } from "../capability";
import type { Module } from "../module";
import { type CatalogNeeds, catalogRoutes } from "./routes";

/** Makes the area of the catalog. */
export function catalogModule(_context: ServerContext, needs: CatalogNeeds): Module {
  return {
    name: "catalog",
    routes: (app) => catalogRoutes(app, needs),
    capabilities: [{ name: "catalog", missing: signedIn }],
  };
}
