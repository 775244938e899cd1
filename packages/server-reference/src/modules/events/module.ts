/** Play events, and the counts that follow from them. */
import type { Registry } from "prom-client";
import type { ServerContext } from "../../context";
import { signedIn } from "../capability";
import type { CatalogStore } from "../catalog/catalog-store";
import type { DevicesModule } from "../devices/module";
import type { Module } from "../module";
import type { EventLog } from "./event-log";
import { createEventMetrics } from "./metrics";
import { eventRoutes } from "./routes";

/** How often ids that are too old to be repeated are forgotten. */
const FORGET_EVERY_MS = 3_600_000;

/** What events use. */
export interface EventsNeeds {
  readonly log: EventLog;
  readonly devices: Pick<DevicesModule, "find">;
  readonly catalog: Pick<CatalogStore, "knownTracks">;
  readonly registry: Registry;
}

/** Makes the area of events. */
export function eventsModule(context: ServerContext, needs: EventsNeeds): Module {
  const { log, devices, catalog, registry } = needs;
  const metrics = createEventMetrics(registry, log);
  const forgetting = forgetRegularly(log, context);
  return {
    name: "events",
    routes: (app) => eventRoutes(app, context, { log, devices, catalog, metrics }),
    capabilities: [{ name: "events", missing: signedIn }],
    close: async () => clearInterval(forgetting),
  };
}

function forgetRegularly(log: EventLog, { now, logger }: ServerContext): NodeJS.Timeout {
  const forget = () =>
    void log
      .forget(now())
      .catch((error: unknown) => logger.warn({ err: error }, "old event ids were not forgotten"));
  return setInterval(forget, FORGET_EVERY_MS).unref();
}
