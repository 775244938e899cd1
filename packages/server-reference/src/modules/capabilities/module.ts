/** Capabilities: what the server can do for whoever asks, with reasons for what it cannot. */
import type { ServerContext } from "../../context";
import type { Module } from "../module";
import { ABSENT } from "./absent";
import { type CapabilitiesNeeds, capabilityRoutes } from "./routes";

/** Makes the area of capabilities. */
export function capabilitiesModule(context: ServerContext, needs: CapabilitiesNeeds): Module {
  const capabilities = [...needs.capabilities, ...ABSENT];
  return {
    name: "capabilities",
    routes: (app) => capabilityRoutes(app, context, { ...needs, capabilities }),
  };
}
