/** What the catalog says of tracks, albums and artists, as ingest writes it. */
import type { Db } from "../adapters/sql/tables";
import type { StoredImage } from "./images";
import type { MediaRecords } from "./media-records";
import { ownRecordingOf, type PlannedAlbum, type PlannedArtist, type PlannedTrack } from "./plan";

export class CatalogRecords {
  readonly #db: Db;
  readonly #media: MediaRecords;
  readonly #now: () => number;

  /** @param now milliseconds since the Unix epoch */
  constructor(db: Db, media: MediaRecords, now: () => number) {
    this.#db = db;
    this.#media = media;
    this.#now = now;
  }

  async hasTrack(id: string): Promise<boolean> {
    const found = await this.#db.selectFrom("tracks").select("id").where("id", "=", id).executeTakeFirst();
    return found !== undefined;
  }

  /**
   * Writes what the catalog says of a track: a new one, or one that is there already and whose tags, place or length
   * changed. Pictures and what artists have in common are written at the end of a run.
   * @param durationMs null keeps the one it has
   */
  async putTrack(track: PlannedTrack, durationMs: number | null): Promise<void> {
    const { tags } = track.probed;
    for (const artist of [track.album.artist, ...track.artists]) await this.#putArtist(artist);
    await this.#putAlbum(track.album);
    const before = await this.#db
      .selectFrom("tracks")
      .select(["recording_id", "duration_ms", "album_id"])
      .where("id", "=", track.id)
      .executeTakeFirst();
    const recording = track.recordingId ?? before?.recording_id ?? ownRecordingOf(track.probed.contentHash);
    await this.#db
      .insertInto("recordings")
      .values({ id: recording, isrc: tags.isrc })
      .onConflict((on) => on.doNothing())
      .execute();
    const row = {
      recording_id: recording,
      album_id: track.album.id,
      title: tags.title,
      disc_number: tags.discNumber,
      track_number: track.trackNumber,
      duration_ms: durationMs ?? before?.duration_ms ?? 0,
    };
    await this.#db
      .insertInto("tracks")
      .values({ id: track.id, popularity: 0.5, added_at: this.#now(), ...row })
      .onConflict((on) => on.column("id").doUpdateSet(row))
      .execute();
    await this.#db.deleteFrom("track_artists").where("track_id", "=", track.id).execute();
    const credits = new Map(track.artists.map((artist) => [artist.id, artist]));
    const performers = [...credits.keys()].map((artist_id, position) => ({
      track_id: track.id,
      artist_id,
      position,
    }));
    await this.#db.insertInto("track_artists").values(performers).execute();
    for (const name of tags.genres) {
      await this.#db
        .insertInto("genres")
        .values({ name, profile: null })
        .onConflict((on) => on.doNothing())
        .execute();
    }
    if (before && before.album_id !== track.album.id) await this.#media.updateAlbumLoudness(before.album_id);
    await this.#media.updateAlbumLoudness(track.album.id);
  }

  async #putAlbum(album: PlannedAlbum): Promise<void> {
    const row = {
      title: album.title,
      sort_title: album.title.replace(/^the /i, ""),
      release_date: album.releaseDate,
      genres: JSON.stringify(album.genres),
    };
    await this.#db
      .insertInto("albums")
      .values({ id: album.id, popularity: 1, added_at: this.#now(), ...row })
      .onConflict((on) => on.column("id").doUpdateSet(row))
      .execute();
    await this.#db.deleteFrom("album_artists").where("album_id", "=", album.id).execute();
    await this.#db
      .insertInto("album_artists")
      .values({ album_id: album.id, artist_id: album.artist.id, position: 0 })
      .execute();
  }

  async #putArtist({ id, name }: PlannedArtist): Promise<void> {
    await this.#db
      .insertInto("artists")
      .values({ id, name, sort_name: name.replace(/^the /i, ""), popularity: 0.5 })
      .onConflict((on) => on.doNothing())
      .execute();
  }

  /** The picture of an album, null while it has none; undefined when there is no such album. */
  async albumImage(albumId: string): Promise<string | null | undefined> {
    const album = await this.#db
      .selectFrom("albums")
      .select("image_hash")
      .where("id", "=", albumId)
      .executeTakeFirst();
    return album?.image_hash;
  }

  /** Gives an album a picture that lies in the image store. */
  async setAlbumImage(albumId: string, { hash, mime, byteLength }: StoredImage): Promise<void> {
    const path = `images/${hash.slice(0, 2)}/${hash}`;
    await this.#db
      .insertInto("images")
      .values({ hash, mime, path, byte_length: byteLength })
      .onConflict((on) => on.doNothing())
      .execute();
    await this.#db.updateTable("albums").set({ image_hash: hash }).where("id", "=", albumId).execute();
  }

  /** Gives an artist the genres of the albums with it, and the picture of the first. */
  async finishArtist(id: string): Promise<void> {
    const albums = await this.#db
      .selectFrom("albums")
      .select(["albums.id", "image_hash", "genres"])
      .where((eb) =>
        eb.or([
          eb(
            "albums.id",
            "in",
            eb.selectFrom("album_artists").select("album_id").where("artist_id", "=", id),
          ),
          eb(
            "albums.id",
            "in",
            eb
              .selectFrom("tracks")
              .innerJoin("track_artists", "track_artists.track_id", "tracks.id")
              .select("tracks.album_id")
              .where("artist_id", "=", id),
          ),
        ]),
      )
      .orderBy("release_date")
      .orderBy("albums.id")
      .execute();
    const genres = [...new Set(albums.flatMap((album) => JSON.parse(album.genres) as string[]))].slice(0, 10);
    const image = albums.find((album) => album.image_hash)?.image_hash ?? null;
    await this.#db
      .updateTable("artists")
      .set({ genres: JSON.stringify(genres), image_hash: image })
      .where("id", "=", id)
      .execute();
  }

  /** Removes tracks with everything that is only theirs. */
  async removeTracks(trackIds: readonly string[]): Promise<void> {
    for (const id of trackIds) {
      const track = await this.#db
        .selectFrom("tracks")
        .select("album_id")
        .where("id", "=", id)
        .executeTakeFirst();
      await this.#db.deleteFrom("playlist_items").where("track_id", "=", id).execute();
      await this.#db.deleteFrom("ingest_files").where("track_id", "=", id).execute();
      await this.#db.deleteFrom("tracks").where("id", "=", id).execute();
      if (track) await this.#media.updateAlbumLoudness(track.album_id);
    }
    await this.removeEmpty();
  }

  /** Removes albums without tracks, artists without credits and recordings without tracks. */
  async removeEmpty(): Promise<void> {
    await this.#db
      .deleteFrom("albums")
      .where("id", "not in", (eb) => eb.selectFrom("tracks").select("album_id"))
      .execute();
    await this.#db
      .deleteFrom("artists")
      .where("id", "not in", (eb) => eb.selectFrom("track_artists").select("artist_id"))
      .where("id", "not in", (eb) => eb.selectFrom("album_artists").select("artist_id"))
      .execute();
    await this.#db
      .deleteFrom("recordings")
      .where("id", "not in", (eb) => eb.selectFrom("tracks").select("recording_id"))
      .execute();
  }
}
