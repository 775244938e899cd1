/** Every store of a server on one machine: the database, the event log's file, the folder of media objects. */
import { join } from "node:path";
import type { ServerContext } from "../context";
import type { EventLog } from "../modules/events/event-log";
import { folderMediaFiles } from "../modules/media/files";
import type { Stores } from "../modules/stores";
import { sqlCatalogStore } from "./sql/catalog-store";
import { SqlConnectStore } from "./sql/connect-store";
import { sqlDeviceStore } from "./sql/device-store";
import { sqlImageStore } from "./sql/image-store";
import { sqlPlayableStore } from "./sql/playable-store";
import { sqlRenditionStore } from "./sql/rendition-store";
import { sqlRevokedKeyStore } from "./sql/revoked-key-store";
import { sqlSigningKeyStore } from "./sql/signing-key-store";
import { sqlTokenStore } from "./sql/token-store";
import { sqlUserStore } from "./sql/user-store";
import { sqlValidityStore } from "./sql/validity-store";

/** The stores of `context`; `events` is opened apart, as it has a file and a writer of its own. */
export function openStores({ database, config }: ServerContext, events: EventLog): Stores {
  return {
    reach: database.reach,
    catalog: sqlCatalogStore(database),
    connect: new SqlConnectStore(database),
    devices: sqlDeviceStore(database),
    events,
    images: sqlImageStore(database),
    media: folderMediaFiles(join(config.dataDir, "media")),
    playable: sqlPlayableStore(database),
    renditions: sqlRenditionStore(database),
    revokedKeys: sqlRevokedKeyStore(database),
    signingKeys: sqlSigningKeyStore(database),
    tokens: sqlTokenStore(database),
    users: sqlUserStore(database),
    validities: sqlValidityStore(database),
  };
}
