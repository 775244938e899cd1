/** The reference server on a free port, with data of its own and a small catalog. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ingestFolder,
  openData,
  parseConfig,
  type StoreChange,
  type Stores,
  startServer,
} from "@segue/server-reference";
import type { NamedTracks } from "./facts";
import { keepRules, rulesFor, type TrackRules } from "./rules";
import { wavOfNoise } from "./wav";

/** A running reference server. */
export interface ReferenceServer {
  readonly url: string;
  /** Tracks with availability rules, as a credentials file would name them. */
  readonly tracks: NamedTracks;
  close(): Promise<void>;
}

/** A data directory that servers can start from. */
export interface PreparedData {
  readonly folder: string;
  readonly tracks: NamedTracks;
  readonly rules: TrackRules;
}

/** Albums of the catalog and the seconds of their tracks; one long track so that ranges have room. */
const ALBUMS: readonly (readonly [string, readonly number[]])[] = [
  ["First", [6, 1.2, 1, 1]],
  ["Second", [1, 1, 1.1]],
  ["Third", [1, 1, 1, 1, 1, 1]],
];
/** The album whose tracks have a rule each. */
const WITH_RULES = "Third";

const environment = (dataDir: string) =>
  parseConfig({
    SEGUE_DATA_DIR: dataDir,
    SEGUE_PORT: "0",
    SEGUE_DEMO: "0",
    SEGUE_RATE_LIMIT: "0",
    SEGUE_LOG_LEVEL: "silent",
  });

/** Makes the catalog; it takes a few seconds, so that several servers share it. */
export async function prepareReference(signal: AbortSignal): Promise<PreparedData> {
  const folder = mkdtempSync(join(tmpdir(), "segue-conformance-"));
  const masters = join(folder, "masters");
  let seed = 1;
  for (const [album, lengths] of ALBUMS) {
    const at = join(masters, "The Subjects", album);
    mkdirSync(at, { recursive: true });
    for (const [i, seconds] of lengths.entries())
      writeFileSync(join(at, `0${i + 1} - Piece ${seed}.wav`), wavOfNoise(seconds, seed++));
  }
  const dataDir = join(folder, "data");
  const data = await openData(environment(dataDir));
  try {
    const { context, stores } = data;
    await ingestFolder(masters, {
      db: context.db,
      dataDir,
      secret: context.secrets.content,
      // Vorbis alone, whatever is installed: quicker, and refusals for a missing codec can be asked for.
      ffmpeg: null,
      now: context.now,
      signal,
      onProgress: () => {},
    });
    signal.throwIfAborted();
    return { folder: dataDir, ...rulesFor(await tracksOf(stores, WITH_RULES), context.now()) };
  } finally {
    await data.close();
    rmSync(masters, { recursive: true, force: true });
  }
}

/** The tracks of the album `title`, in their order. */
async function tracksOf({ catalog }: Stores, title: string): Promise<readonly string[]> {
  const albums = await catalog.albums(await catalog.popularAlbums(100));
  const album = albums.find((each) => each.title === title);
  return (album && (await catalog.trackIds("album", album.id, { offset: 0, limit: 100 }))) ?? [];
}

/**
 * Starts a server on a copy of `prepared`, so that a run leaves no trace for the next one.
 * @param changes replace stores by others, each seeing what the one before has made
 */
export async function startReference(
  prepared: PreparedData,
  ...changes: readonly StoreChange[]
): Promise<ReferenceServer> {
  const folder = mkdtempSync(join(tmpdir(), "segue-conformance-run-"));
  cpSync(prepared.folder, folder, { recursive: true });
  const stores: StoreChange = (opened, context) =>
    [keepRules(prepared.rules), ...changes].reduce(
      (made, change) => ({ ...made, ...change(made, context) }),
      opened,
    );
  const server = await startServer(environment(folder), { stores });
  return {
    url: server.url,
    tracks: prepared.tracks,
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Removes what `prepareReference` made. */
export function removePrepared({ folder }: PreparedData): void {
  rmSync(join(folder, ".."), { recursive: true, force: true });
}
