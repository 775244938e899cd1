/** What a server keeps. `openData` opens it, `all.ts` gives each module the stores that it uses. */
import type { CatalogStore } from "./catalog/catalog-store";
import type { ConnectStore } from "./connect/store";
import type { DeviceStore } from "./devices/store";
import type { EventLog } from "./events/event-log";
import type { ImageStore } from "./images/image-store";
import type { Keyring } from "./license/keyring";
import type { SqlValidityStore } from "./license/store";
import type { AacTiers } from "./media/aac-tiers";
import type { MediaFiles } from "./media/service";
import type { PlayableTracks } from "./playback/types";

/** One store for each thing that is kept; every one of them can be replaced. */
export interface Stores {
  readonly aacTiers: AacTiers;
  readonly catalog: CatalogStore;
  readonly connect: ConnectStore;
  readonly devices: DeviceStore;
  readonly events: EventLog;
  readonly images: ImageStore;
  readonly media: MediaFiles;
  readonly playable: PlayableTracks;
  readonly signingKeys: Keyring;
  readonly validities: SqlValidityStore;
}
