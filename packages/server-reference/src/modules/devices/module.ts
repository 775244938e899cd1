/** Devices: registered with a proof of their keys, listed, removed. */
import type { ServerContext } from "../../context";
import type { Module } from "../module";
import type { DeviceStore } from "./device-store";
import { deviceRoutes } from "./routes";

/** The devices of listeners, for areas that serve one. */
export interface DevicesModule extends Module, Pick<DeviceStore, "find" | "list"> {}

/** Makes the area of devices. */
export function devicesModule(
  context: ServerContext,
  { store }: { readonly store: DeviceStore },
): DevicesModule {
  return {
    name: "devices",
    routes: (app) => deviceRoutes(app, context, store),
    find: (id) => store.find(id),
    list: (userId) => store.list(userId),
  };
}
