/** Operations: what an operator asks a server. */
import type { ServerContext } from "../../context";
import type { Module } from "../module";
import { type OperationsNeeds, operationsRoutes } from "./routes";

/** Makes the area of operations. */
export function operationsModule(_context: ServerContext, needs: OperationsNeeds): Module {
  return { name: "operations", routes: (app) => operationsRoutes(app, needs) };
}
