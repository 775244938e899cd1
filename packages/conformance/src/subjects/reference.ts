/** The reference server on a free port, with data of its own and a small catalog. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ingestFolder, openData, parseConfig, startServer } from "@segue/server-reference";
import type { NamedTracks } from "./facts";
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
}

/** Albums of the catalog and the seconds of their tracks; one long track so that ranges have room. */
const ALBUMS: readonly (readonly [string, readonly number[]])[] = [
  ["First", [6, 1.2, 1, 1]],
  ["Second", [1, 1, 1.1]],
  ["Third", [1, 1, 1, 1, 1, 1]],
];
const DAY_MS = 86_400_000;

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
  // Vorbis alone, whatever is installed: quicker, and refusals for a missing codec can be asked for.
  process.env.SEGUE_FFMPEG = "off";
  const data = await openData(environment(dataDir));
  try {
    const { context } = data;
    await ingestFolder(masters, {
      db: context.db,
      dataDir,
      secret: context.secrets.content,
      now: context.now,
      signal,
      onProgress: () => {},
    });
    signal.throwIfAborted();
    return { folder: dataDir, tracks: await applyRules(context) };
  } finally {
    await data.close();
    rmSync(masters, { recursive: true, force: true });
  }
}

/** Gives the last album's tracks one rule each. */
async function applyRules({
  db,
  now,
}: Awaited<ReturnType<typeof openData>>["context"]): Promise<NamedTracks> {
  const rows = await db
    .selectFrom("tracks")
    .innerJoin("albums", "albums.id", "tracks.album_id")
    .select("tracks.id")
    .where("albums.title", "=", "Third")
    .orderBy("track_number")
    .execute();
  const [market, soon, gone, explicit, premium, failed] = rows.map((row) => row.id) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const availableAtMs = now() + DAY_MS;
  const set = (id: string, values: Record<string, unknown>) =>
    db.updateTable("tracks").set(values).where("id", "=", id).execute();
  await set(market, { markets: '["SE"]' });
  await set(soon, { available_from: availableAtMs });
  await set(gone, { available_until: now() - DAY_MS });
  await set(explicit, { explicit: 1 });
  await db.deleteFrom("renditions").where("track_id", "=", premium).where("tier", "<", 320).execute();
  const failure = { state: "failed", reason: "made so" } as const;
  await db.updateTable("media_states").set(failure).where("track_id", "=", failed).execute();
  return {
    marketBlocked: { id: market, market: "DE" },
    notYetAvailable: { id: soon, availableAtMs },
    noLongerAvailable: { id: gone },
    premiumOnly: { id: premium },
    mediaFailed: { id: failed },
  };
}

/** Opens the data directory of a server that does not run. */
export async function editReferenceData(
  folder: string,
  edit: (context: Awaited<ReturnType<typeof openData>>["context"]) => Promise<void>,
): Promise<void> {
  const data = await openData(environment(folder));
  try {
    await edit(data.context);
  } finally {
    await data.close();
  }
}

/** Starts a server on a copy of `prepared`, so that a run leaves no trace for the next one. */
export async function startReference(
  prepared: PreparedData,
  change: (folder: string) => Promise<void> = async () => {},
): Promise<ReferenceServer> {
  const folder = mkdtempSync(join(tmpdir(), "segue-conformance-run-"));
  cpSync(prepared.folder, folder, { recursive: true });
  await change(folder);
  const server = await startServer(environment(folder));
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
