/** What the demo writes into the database: its catalog, playlists and listeners, and what waits to be rendered. */
import { idFromBytes } from "@segue/core";
import type { Database, Db } from "../adapters/sql/tables";
import { type DemoCatalog, demoBytes } from "./catalog";
import { SAMPLE_RATE } from "./instruments";
import { drawListeners } from "./listeners";
import { drawPlaylists } from "./playlists";
import { RENDER_KINDS } from "./render-queue";
import { GENRES } from "./words";

const SETTING = "demo.catalog";
/** Rows per statement: a statement binds at most 32,766 values. */
const BATCH = 500;

/** What the database says of the demo. */
export interface SeededDemo {
  /** Of the composer; changes whenever the same composition sounds different. */
  readonly version: number;
  readonly seed: number;
  /** How many tracks were inserted; null for all. */
  readonly tracks: number | null;
}

/** Pictures that lie in the image store. */
export interface DemoImages {
  readonly stored: readonly {
    readonly hash: string;
    readonly mime: string;
    readonly byteLength: number;
  }[];
  /** Hash of the picture of an album, artist or playlist. */
  readonly of: (id: string) => string | null;
}

/** What the database says of the demo; null while it has none. */
export async function readSeeded(db: Db): Promise<SeededDemo | null> {
  const row = await db.selectFrom("settings").select("value").where("name", "=", SETTING).executeTakeFirst();
  return row ? (JSON.parse(row.value) as SeededDemo) : null;
}

/**
 * Writes the demo, whatever of it is there already.
 * @param options `isNewSound`: the composer changed, so that everything is rendered anew
 * @param now milliseconds since the Unix epoch
 */
export async function writeDemo(
  db: Db,
  catalog: DemoCatalog,
  images: DemoImages,
  { seeded, isNewSound }: { readonly seeded: SeededDemo; readonly isNewSound: boolean },
  now: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const rows = images.stored.map(({ hash, mime, byteLength }) => ({
      hash,
      mime,
      path: `images/${hash.slice(0, 2)}/${hash}`,
      byte_length: byteLength,
    }));
    await insert(tx, "images", rows);
    await insert(
      tx,
      "genres",
      Object.entries(GENRES).map(([name, center]) => ({ name, profile: JSON.stringify(center) })),
    );
    await insertCatalog(tx, catalog, images.of, now);
    await insertPeople(tx, catalog, images.of, now);
    if (isNewSound) await renderAnew(tx, catalog, now);
    await tx
      .replaceInto("settings")
      .values({ name: SETTING, value: JSON.stringify(seeded) })
      .execute();
  });
}

/** What is there plays on until its successor is rendered. */
async function renderAnew(tx: Db, catalog: DemoCatalog, now: number): Promise<void> {
  for (const { id, features, composition, from, frames } of catalog.albums.flatMap((album) => album.tracks)) {
    const target = { ...features, composition: JSON.stringify({ composition, from, frames }) };
    await tx.updateTable("track_targets").set(target).where("track_id", "=", id).execute();
  }
  await tx
    .updateTable("media_jobs")
    .set({ state: "queued", attempts: 0, reason: null, updated_at: now })
    .where("kind", "in", Object.values(RENDER_KINDS))
    .execute();
}

async function insert<Table extends keyof Database & string>(tx: Db, table: Table, rows: readonly object[]) {
  for (let at = 0; at < rows.length; at += BATCH) {
    const batch = rows.slice(at, at + BATCH) as never;
    await tx
      .insertInto(table)
      .values(batch)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

async function insertCatalog(
  tx: Db,
  catalog: DemoCatalog,
  imageOf: (id: string) => string | null,
  now: number,
) {
  const artists = catalog.artists.map(({ id, name, genre, popularity }) => {
    const sortName = name.replace(/^The /, "");
    return {
      id,
      name,
      sort_name: sortName,
      image_hash: imageOf(id),
      genres: JSON.stringify([genre]),
      popularity,
    };
  });
  await insert(tx, "artists", artists);
  const rows = catalog.albums.flatMap((album, rank) => album.tracks.map((track) => ({ album, track, rank })));
  const albums = catalog.albums.map(({ id, title, releaseDate, genres, popularity }) => ({
    id,
    title,
    sort_title: title.replace(/^the /i, ""),
    image_hash: imageOf(id),
    release_date: releaseDate,
    genres: JSON.stringify(genres),
    popularity,
    added_at: now,
  }));
  await insert(tx, "albums", albums);
  await insert(
    tx,
    "album_artists",
    catalog.albums.map((a) => ({ album_id: a.id, artist_id: a.artist.id, position: 0 })),
  );
  const recordingOf = (id: string) => idFromBytes("recording", demoBytes("recording", id));
  await insert(
    tx,
    "recordings",
    rows.map(({ track }) => ({ id: recordingOf(track.id) })),
  );
  const tracks = rows.map(({ album, track }) => ({
    id: track.id,
    recording_id: recordingOf(track.id),
    album_id: album.id,
    title: track.title,
    disc_number: 1,
    track_number: track.number,
    duration_ms: (track.frames / SAMPLE_RATE) * 1000,
    explicit: track.explicit ? 1 : 0,
    popularity: album.popularity * (1 - 0.04 * track.number),
    added_at: now,
  }));
  await insert(tx, "tracks", tracks);
  await insert(
    tx,
    "track_artists",
    rows.map(({ album, track }) => ({ track_id: track.id, artist_id: album.artist.id, position: 0 })),
  );
  const targets = rows.map(({ track: { id, features, composition, from, frames } }) => ({
    track_id: id,
    ...features,
    composition: JSON.stringify({ composition, from, frames }),
  }));
  await insert(tx, "track_targets", targets);
  await insert(
    tx,
    "media_states",
    rows.map(({ track }) => ({ track_id: track.id, state: "preparing", updated_at: now })),
  );
  const jobs = rows.flatMap(({ track, rank }) =>
    (["first", "rest"] as const).map((phase) => ({
      kind: RENDER_KINDS[phase],
      subject: track.id,
      payload: "{}",
      state: "queued",
      priority: priorityOf(rank, track.number, phase),
      created_at: now,
      updated_at: now,
    })),
  );
  await insert(tx, "media_jobs", jobs);
}

/** The continuous piece first, then the first tracks of the albums that a home page shows, then the rest in order. */
function priorityOf(albumRank: number, trackNumber: number, phase: "first" | "rest"): number {
  const base = phase === "rest" ? 0 : albumRank === 0 ? 3_000_000 : albumRank <= 12 ? 2_000_000 : 1_000_000;
  return albumRank > 12 ? base - albumRank * 100 - trackNumber : base - trackNumber * 100 - albumRank;
}

async function insertPeople(
  tx: Db,
  catalog: DemoCatalog,
  imageOf: (id: string) => string | null,
  now: number,
) {
  const editors = idFromBytes("user", demoBytes("user", "editors"));
  const person = { password_hash: null, created_at: now };
  const listeners = drawListeners();
  await insert(tx, "users", [
    { id: editors, name: "Segue Editors", login: "segue-editors", plan: "free", market: "SE", ...person },
    ...listeners.map(({ id, name, login, plan, market }) => ({ id, name, login, plan, market, ...person })),
  ]);
  await tx
    .replaceInto("settings")
    .values({ name: "demo.listeners", value: JSON.stringify(listeners) })
    .execute();
  const playlists = drawPlaylists(catalog);
  const rows = playlists.map(({ id, title, description }, index) => ({
    id,
    title,
    description,
    owner_id: editors,
    image_hash: imageOf(id),
    popularity: 1 - index / 100,
    created_at: now,
  }));
  await insert(tx, "playlists", rows);
  // A larger catalog has other best tracks.
  await tx
    .deleteFrom("playlist_items")
    .where(
      "playlist_id",
      "in",
      playlists.map(({ id }) => id),
    )
    .execute();
  const items = playlists.flatMap(({ id, tracks }) =>
    tracks.map((track, position) => ({ playlist_id: id, position, track_id: track.id, added_at: now })),
  );
  await insert(tx, "playlist_items", items);
}
