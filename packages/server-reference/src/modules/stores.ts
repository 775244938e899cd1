/** What a server keeps. `openData` opens it, `all.ts` gives each module the stores that it uses. */
import type { TokenStore } from "./auth/token-store";
import type { UserStore } from "./auth/user-store";
import type { CatalogStore } from "./catalog/catalog-store";
import type { ConnectStore } from "./connect/store";
import type { DeviceStore } from "./devices/device-store";
import type { EventLog } from "./events/event-log";
import type { ImageStore } from "./images/image-store";
import type { RevokedKeyStore } from "./license/revoked-key-store";
import type { SigningKeyStore } from "./license/signing-key-store";
import type { ValidityStore } from "./license/validity-store";
import type { RenditionStore } from "./media/rendition-store";
import type { MediaFiles } from "./media/service";
import type { PlayableStore } from "./playback/playable-store";

/** One store for each thing that is kept; every one of them can be replaced. */
export interface Stores {
  /** Asks whatever keeps the rows for an answer. @throws when it has none */
  readonly reach: () => Promise<void>;
  readonly catalog: CatalogStore;
  readonly connect: ConnectStore;
  readonly devices: DeviceStore;
  readonly events: EventLog;
  readonly images: ImageStore;
  readonly media: MediaFiles;
  readonly playable: PlayableStore;
  readonly renditions: RenditionStore;
  readonly revokedKeys: RevokedKeyStore;
  readonly signingKeys: SigningKeyStore;
  readonly tokens: TokenStore;
  readonly users: UserStore;
  readonly validities: ValidityStore;
}
