/** Which AAC tiers the catalog has. */
import type { Db } from "../../adapters/sql/tables";

/** Gives the AAC tiers that there are, in kbps, lowest first. */
export type AacTiers = () => Promise<readonly number[]>;

/** Counting them reads every rendition, and anyone may ask. */
const FRESH_MS = 10_000;

/** Reads the tiers in kbps, lowest first, as they were 10 s ago at most; `clock` is monotonic, in milliseconds. */
export function aacTiers(db: Db, clock: () => number): AacTiers {
  let readAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<readonly number[]> = Promise.resolve([]);

  async function read(): Promise<readonly number[]> {
    const query = db.selectFrom("renditions").select("tier").distinct().where("codec", "=", "aac");
    return (await query.orderBy("tier").execute()).map((row) => row.tier);
  }
  return () => {
    if (clock() - readAtMs < FRESH_MS) return reading;
    readAtMs = clock();
    reading = read();
    // The next caller tries again.
    reading.catch(() => {
      readAtMs = Number.NEGATIVE_INFINITY;
    });
    return reading;
  };
}
