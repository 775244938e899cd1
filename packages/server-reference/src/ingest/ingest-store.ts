/** All that ingest reads and writes in the database; the files beside it know of none. */
import type { Db } from "../adapters/sql/tables";
import type { Production } from "../production/produce";
import { CatalogRecords } from "./catalog-records";
import { IngestLedger } from "./ledger";
import { MediaRecords } from "./media-records";
import type { PlannedTrack } from "./plan";
import { RetiredObjects } from "./retired-objects";

export class IngestStore {
  readonly ledger: IngestLedger;
  readonly catalog: CatalogRecords;
  readonly media: MediaRecords;
  readonly retired: RetiredObjects;
  readonly #db: Db;
  readonly #now: () => number;

  /**
   * @param root real path of the folder that is ingested
   * @param now milliseconds since the Unix epoch
   */
  constructor(db: Db, root: string, now: () => number) {
    this.#db = db;
    this.#now = now;
    this.ledger = new IngestLedger(db, root, now);
    this.media = new MediaRecords(db, now);
    this.catalog = new CatalogRecords(db, this.media, now);
    this.retired = new RetiredObjects(db);
  }

  /** What `work` writes through the store that it is given is written as a whole, or not at all. */
  transaction<T>(work: (store: IngestStore) => Promise<T>): Promise<T> {
    return this.#db.transaction().execute((tx) => work(new IngestStore(tx, this.ledger.root, this.#now)));
  }

  /** Writes what was made of a track. `replaces`: none of its earlier renditions stays. */
  async putProduced(
    track: PlannedTrack,
    { renditions, measured }: Production,
    { replaces }: { readonly replaces: boolean },
  ): Promise<void> {
    const { media } = this;
    if (replaces) await media.removeRenditions(track.id);
    await media.putRenditions(track.id, renditions);
    if (measured) {
      await media.putMeasured(track.id, measured);
      await media.updateAlbumLoudness(track.album.id);
    }
    if (replaces) await media.setState(track.id, "ready", null);
  }
}
