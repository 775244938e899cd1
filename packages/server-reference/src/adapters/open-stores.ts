/** Every store of a server on one machine: the database, the event log's file, the folder of media objects. */
import { join } from "node:path";
import type { ServerContext } from "../context";
import { sqlCatalogStore } from "../modules/catalog/catalog-store";
import { DeviceStore } from "../modules/devices/store";
import type { EventLog } from "../modules/events/event-log";
import { sqlImageStore } from "../modules/images/image-store";
import { Keyring } from "../modules/license/keyring";
import { SqlValidityStore } from "../modules/license/store";
import { aacTiers } from "../modules/media/aac-tiers";
import { folderMediaFiles } from "../modules/media/files";
import { PlayableStore } from "../modules/playback/store";
import type { Stores } from "../modules/stores";
import { SqlConnectStore } from "./sql/connect-store";

/** The stores of `context`; `events` is opened apart, as it has a file and a writer of its own. */
export function openStores({ db, secrets, config, now }: ServerContext, events: EventLog): Stores {
  return {
    aacTiers: aacTiers(db, () => performance.now()),
    catalog: sqlCatalogStore(db),
    connect: new SqlConnectStore(db),
    devices: new DeviceStore(db),
    events,
    images: sqlImageStore(db),
    media: folderMediaFiles(join(config.dataDir, "media")),
    playable: new PlayableStore(db, secrets.content, now),
    signingKeys: new Keyring(db, secrets.license),
    validities: new SqlValidityStore(db, now),
  };
}
