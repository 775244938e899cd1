/** The sandbox: a test clock, fault switches and fresh listeners. */
import type { ServerContext } from "../../context";
import type { Module } from "../module";
import { registerHttpFaults } from "./http-faults";
import { type SandboxNeeds, sandboxRoutes } from "./routes";

/** Makes the area of the sandbox; only a sandbox has it. */
export function sandboxModule(context: ServerContext, needs: SandboxNeeds): Module {
  return {
    name: "sandbox",
    install: (app) => registerHttpFaults(app, needs.sandbox.faults, needs.document),
    routes: (app) => sandboxRoutes(app, context, needs),
  };
}
