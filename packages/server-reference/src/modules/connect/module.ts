/** Connect: one playback state for all devices of a listener. */
import type { Registry } from "prom-client";
import type { ServerContext } from "../../context";
import type { Authenticator } from "../../http/principal";
import { signedIn } from "../capability";
import type { DevicesModule } from "../devices/module";
import type { Module } from "../module";
import { createConnectClock } from "./clock";
import { Hub } from "./hub";
import { CLOSE_MS } from "./limits";
import { createConnectMetrics } from "./metrics";
import { connectRoutes, createSockets } from "./routes";
import type { ConnectStore } from "./store";

/** What Connect uses. */
export interface ConnectNeeds {
  readonly authenticator: Authenticator;
  readonly devices: Pick<DevicesModule, "list">;
  readonly store: ConnectStore;
  readonly registry: Registry;
}

/** Makes the area of Connect. */
export function connectModule(context: ServerContext, needs: ConnectNeeds): Module {
  const { authenticator, devices, store, registry } = needs;
  const clock = createConnectClock();
  const hub = new Hub({
    context,
    authenticator,
    devices,
    store,
    clock,
    metrics: createConnectMetrics(registry),
  });
  const sockets = createSockets();
  return {
    name: "connect",
    routes: (app) => connectRoutes(app, context, { hub, sockets }),
    capabilities: [{ name: "connect", missing: signedIn }],
    // Upgraded sockets keep the HTTP server open.
    close: async () => {
      await hub.drain();
      const cut = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, CLOSE_MS);
      await new Promise<void>((resolve) => sockets.close(() => resolve()));
      clearTimeout(cut);
    },
  };
}
