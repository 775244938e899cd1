import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One line of a data set: who, what, how much (a rating or plays), and when if it is known. */
export interface Event {
  readonly user: string;
  readonly item: string;
  readonly value: number;
  /** Milliseconds since 1970; null when the data set does not say. */
  readonly atMs: number | null;
}

/** A data set as it lies on the disk. */
export interface Dataset {
  readonly file: string;
  readonly events: readonly Event[];
  /** Plays count for confidence; ratings do not: every rating is one act of watching. */
  readonly plays: boolean;
}

interface Format {
  readonly file: string;
  readonly separator: string;
  readonly header: boolean;
  /** Positions of user, item, value and seconds. */
  readonly columns: readonly [number, number, number, number | null];
}

const FORMATS: Readonly<Record<"movielens" | "lastfm", readonly Format[]>> = {
  movielens: [
    { file: "u.data", separator: "\t", header: false, columns: [0, 1, 2, 3] },
    { file: "ratings.dat", separator: "::", header: false, columns: [0, 1, 2, 3] },
    { file: "ratings.csv", separator: ",", header: true, columns: [0, 1, 2, 3] },
  ],
  lastfm: [
    { file: "user_artists.dat", separator: "\t", header: true, columns: [0, 1, 2, null] },
    { file: "usersha1-artmbid-artname-plays.tsv", separator: "\t", header: false, columns: [0, 2, 3, null] },
  ],
};

/** What is wrong with a data set, for the person who gave the path. */
export class DatasetError extends Error {}

/** Reads MovieLens (100K, 1M, latest-small, 20M) or Last.fm (HetRec 2011, 360K) from a folder. @throws DatasetError */
export function readDataset(kind: "movielens" | "lastfm", folder: string): Dataset {
  const format = FORMATS[kind].find(({ file }) => existsSync(join(folder, file)));
  if (!format)
    throw new DatasetError(`${folder} has none of ${FORMATS[kind].map(({ file }) => file).join(", ")}.`);
  const path = join(folder, format.file);
  const lines = readFileSync(path, "utf8").split("\n");
  const [u, i, v, t] = format.columns;
  const events: Event[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "" || (index === 0 && format.header)) continue;
    const cells = line.replace(/\r$/, "").split(format.separator);
    const value = Number(cells[v]);
    const seconds = t === null ? null : Number(cells[t]);
    if (!cells[u] || !cells[i] || !Number.isFinite(value) || (seconds !== null && !Number.isFinite(seconds)))
      throw new DatasetError(`${path}, line ${index + 1} is not ${kind}: ${line.slice(0, 80)}`);
    events.push({ user: cells[u], item: cells[i], value, atMs: seconds === null ? null : seconds * 1000 });
  }
  if (events.length === 0) throw new DatasetError(`${path} has no data.`);
  return { file: path, events: withoutRepeats(events), plays: kind === "lastfm" };
}

/** Each pair once, values added, the latest time kept, in an order that does not depend on the file's. */
function withoutRepeats(events: readonly Event[]): Event[] {
  const pairs = new Map<string, Event>();
  for (const event of events) {
    const key = `${event.user}\t${event.item}`;
    const before = pairs.get(key);
    const atMs = before && event.atMs !== null ? Math.max(before.atMs ?? event.atMs, event.atMs) : event.atMs;
    pairs.set(key, before ? { ...event, value: before.value + event.value, atMs } : event);
  }
  return [...pairs.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, event]) => event);
}
