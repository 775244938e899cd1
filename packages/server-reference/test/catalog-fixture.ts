/** A small catalog. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type IdKind, idFromBytes } from "@segue/core";
import type { ServerContext } from "../src/context";
import { DEMO_USERS } from "../src/modules/auth/demo-users";

export const idOf = (kind: IdKind, name: string) =>
  idFromBytes(kind, createHash("sha256").update(name).digest());
export const ALBUM = idOf("album", "a");
export const ARTIST = idOf("artist", "a");
export const PLAYLIST = idOf("playlist", "p");
export const trackId = (n: number) => idOf("track", `t${n}`);

const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
export const IMAGE = createHash("sha256").update(PIXEL).digest("hex");

/** Inserts one artist, one album of `tracks` tracks and a playlist that holds them twice. */
export async function insertCatalog({ db, config }: ServerContext, tracks: number): Promise<void> {
  mkdirSync(join(config.dataDir, "images"), { recursive: true });
  writeFileSync(join(config.dataDir, "images", IMAGE), PIXEL);
  const image = { hash: IMAGE, mime: "image/png", path: `images/${IMAGE}`, byte_length: PIXEL.length };
  await db.insertInto("images").values(image).execute();
  const artist = {
    id: ARTIST,
    name: "Artist",
    sort_name: "artist",
    image_hash: IMAGE,
    genres: '["ambient"]',
  };
  await db.insertInto("artists").values(artist).execute();
  const album = {
    id: ALBUM,
    title: "Album",
    sort_title: "album",
    image_hash: IMAGE,
    release_date: "2020",
    added_at: 1,
  };
  await db.insertInto("albums").values(album).execute();
  await db.insertInto("album_artists").values({ album_id: ALBUM, artist_id: ARTIST, position: 0 }).execute();
  const owner = { id: PLAYLIST, title: "List", owner_id: DEMO_USERS[0]!.id, created_at: 1 };
  await db.insertInto("playlists").values(owner).execute();
  for (let n = 0; n < tracks; n++) {
    const id = trackId(n);
    const recording = idOf("recording", `r${n}`);
    await db.insertInto("recordings").values({ id: recording, isrc: null }).execute();
    const place = { disc_number: 1, track_number: n + 1, duration_ms: 1000, added_at: 1 };
    await db
      .insertInto("tracks")
      .values({ id, recording_id: recording, album_id: ALBUM, title: `T${n}`, ...place })
      .execute();
    await db.insertInto("track_artists").values({ track_id: id, artist_id: ARTIST, position: 0 }).execute();
    for (const position of [n, n + tracks])
      await db
        .insertInto("playlist_items")
        .values({ playlist_id: PLAYLIST, position, track_id: id, added_at: 1 })
        .execute();
  }
}
