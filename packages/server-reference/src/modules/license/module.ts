/** Licenses: validities, revocations, and the keys that sign. */
import type { KeyId } from "@segue/core";
import { validityCodec } from "@segue/core/wire";
import type { ServerContext } from "../../context";
import { premium } from "../capability";
import type { DevicesModule } from "../devices/module";
import type { Module } from "../module";
import type { Keyring } from "./keyring";
import { licenseRoutes } from "./routes";
import type { SqlValidityStore } from "./store";
import { ValidityIssuer } from "./validity";

/** What licenses use. */
export interface LicenseNeeds {
  readonly keys: Keyring;
  readonly store: SqlValidityStore;
  readonly devices: Pick<DevicesModule, "find">;
}

/** What licenses offer. */
export interface LicenseModule extends Module {
  readonly validities: ValidityIssuer;
  /** The content keys that must no longer be used. */
  readonly revokedKeys: () => Promise<ReadonlySet<KeyId>>;
}

/** Makes the area of licenses. */
export function licenseModule(context: ServerContext, { keys, store, devices }: LicenseNeeds): LicenseModule {
  const validities = new ValidityIssuer(keys, store, validityCodec.toBytes);
  return {
    name: "license",
    routes: (app) => licenseRoutes(app, context, { keys, validities, devices }),
    capabilities: [{ name: "offline", missing: premium }],
    validities,
    revokedKeys: () => store.revokedSet(),
  };
}
