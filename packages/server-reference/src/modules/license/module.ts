/** Licenses: validities, revocations, and the keys that sign. */
import type { KeyId } from "@segue/core";
import { validityCodec } from "@segue/core/wire";
import type { ServerContext } from "../../context";
import { premium } from "../capability";
import type { DevicesModule } from "../devices/module";
import type { Module } from "../module";
import { Keyring } from "./keyring";
import { Revocations } from "./revocations";
import type { RevokedKeyStore } from "./revoked-key-store";
import { licenseRoutes } from "./routes";
import type { SigningKeyStore } from "./signing-key-store";
import { ValidityIssuer } from "./validity";
import type { ValidityStore } from "./validity-store";

/** What licenses use. */
export interface LicenseNeeds {
  readonly signingKeys: SigningKeyStore;
  readonly validities: ValidityStore;
  readonly revokedKeys: RevokedKeyStore;
  readonly devices: Pick<DevicesModule, "find">;
}

/** What licenses offer. */
export interface LicenseModule extends Module {
  readonly validities: ValidityIssuer;
  /** The content keys that must no longer be used. */
  readonly revokedKeys: () => Promise<ReadonlySet<KeyId>>;
}

/** Makes the area of licenses. */
export function licenseModule(context: ServerContext, needs: LicenseNeeds): LicenseModule {
  const { devices } = needs;
  const keys = new Keyring(needs.signingKeys, context.secrets.license);
  const revocations = new Revocations(needs.revokedKeys, context.now);
  const validities = new ValidityIssuer({
    keys,
    store: needs.validities,
    revokedKeyIds: () => revocations.list(),
    encode: validityCodec.toBytes,
  });
  return {
    name: "license",
    routes: (app) => licenseRoutes(app, context, { keys, validities, devices }),
    capabilities: [{ name: "offline", missing: premium }],
    validities,
    revokedKeys: () => revocations.set(),
  };
}
