/** Every module of the server: what each is made from, in the order in which they are made. */
import type { ServerContext } from "../context";
import type { OpenApiDocument } from "../http/openapi-document";
import type { Telemetry } from "../telemetry";
import { authModule } from "./auth/module";
import type { ProviderKeyOptions } from "./auth/provider-keys";
import { type AuthSettings, authSettings } from "./auth/settings";
import { capabilitiesModule } from "./capabilities/module";
import { catalogModule } from "./catalog/module";
import { connectModule } from "./connect/module";
import { devicesModule } from "./devices/module";
import { eventsModule } from "./events/module";
import { imagesModule } from "./images/module";
import { licenseModule } from "./license/module";
import { mediaModule } from "./media/module";
import type { Module } from "./module";
import { operationsModule } from "./operations/module";
import { type OperationsSettings, operationsSettings } from "./operations/settings";
import { playbackModule } from "./playback/module";
import type { PrepareTrack } from "./playback/prepare";
import { sandboxModule } from "./sandbox/module";
import type { Sandbox } from "./sandbox/sandbox";
import type { Stores } from "./stores";

/** What the modules can be told, in the order in which an operator wants to read about it. */
export const MODULE_SETTINGS = [operationsSettings, authSettings] as const;
export interface ModuleSettings extends OperationsSettings, AuthSettings {}

/** What the modules are made from, beside the context. */
export interface ModuleParts {
  readonly settings: ModuleSettings;
  readonly stores: Stores;
  /** The test clock and the fault switches; null outside a sandbox. */
  readonly sandbox: Sandbox | null;
  readonly telemetry: Telemetry;
  readonly document: OpenApiDocument | null;
  /** Origin of the server, known once it listens. */
  readonly origin: () => string;
  /** Whether the server is shutting down. */
  readonly draining: () => boolean;
  readonly prepare: PrepareTrack;
  readonly providerKeys: ProviderKeyOptions;
}

/** Makes the modules of one server. Their order is that of the capabilities. */
export function makeModules(context: ServerContext, parts: ModuleParts): readonly Module[] {
  const { settings, stores, sandbox, telemetry, document, origin, draining, prepare, providerKeys } = parts;
  const { registry } = telemetry;
  const noteHolders = sandbox !== null;

  const operations = operationsModule(context, {
    settings,
    telemetry,
    document,
    draining,
    reach: stores.reach,
  });
  const auth = authModule(context, { settings, stores, origin, providerKeys });
  const { authenticator, provider } = auth;
  const devices = devicesModule(context, { store: stores.devices });
  const { signingKeys, validities, revokedKeys } = stores;
  const license = licenseModule(context, { signingKeys, validities, revokedKeys, devices });
  const media = mediaModule(context, { files: stores.media, renditions: stores.renditions });
  const { playable: tracks } = stores;
  const playback = playbackModule(context, { devices, license, media, tracks, prepare, noteHolders });
  const catalog = catalogModule(context, { store: stores.catalog, heads: playback.heads });
  const images = imagesModule(context, { store: stores.images });
  const events = eventsModule(context, { log: stores.events, devices, catalog: stores.catalog, registry });
  const connect = connectModule(context, { authenticator, devices, store: stores.connect, registry });
  const { users } = stores;
  const switches = sandbox ? [sandboxModule(context, { sandbox, users, document, origin, provider })] : [];

  const areas = [
    operations,
    auth,
    ...switches,
    catalog,
    devices,
    images,
    playback,
    license,
    events,
    media,
    connect,
  ];
  const capabilities = areas.flatMap((area) => area.capabilities ?? []);
  return [...areas, capabilitiesModule(context, { auth, media, capabilities })];
}
