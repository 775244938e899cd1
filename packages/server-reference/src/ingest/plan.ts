import { createHash } from "node:crypto";
import { dirname } from "node:path/posix";
import { type AlbumId, type ArtistId, idFromBytes, type RecordingId, type TrackId } from "@segue/core";
import type { StoredImage } from "./images";
import type { Probed } from "./probe";

export interface PlannedArtist {
  readonly id: ArtistId;
  readonly name: string;
}
/** What the files of an album say of it together. */
export interface PlannedAlbum {
  readonly id: AlbumId;
  readonly title: string;
  readonly artist: PlannedArtist;
  readonly releaseDate: string | null;
  readonly genres: readonly string[];
  /** The first picture in the files, in the order of their paths. */
  readonly cover: StoredImage | null;
}
/** Where a master belongs in the catalog. */
export interface PlannedTrack {
  readonly path: string;
  readonly id: TrackId;
  /** Null when the tags name no recording: a track keeps the one it has. */
  readonly recordingId: RecordingId | null;
  readonly artists: readonly PlannedArtist[];
  readonly album: PlannedAlbum;
  readonly trackNumber: number;
  readonly probed: Probed;
}

const digest = (...parts: readonly string[]) =>
  createHash("sha256")
    .update(["segue/ingest/v1", ...parts].join("\0"))
    .digest();
const fold = (name: string) => name.normalize("NFKC").toLowerCase();
const artistOf = (name: string): PlannedArtist => ({
  id: idFromBytes("artist", digest("artist", fold(name))),
  name,
});

/** The id of a track that is made of new content; `attempt` counts those that are taken by other content. */
export function trackIdOf(contentHash: string, attempt: number): TrackId {
  const parts = attempt === 0 ? [contentHash] : [contentHash, String(attempt)];
  return idFromBytes("track", digest("track", ...parts));
}

/** The recording of a track whose tags name none. */
export function ownRecordingOf(contentHash: string): RecordingId {
  return idFromBytes("recording", digest("recording", contentHash));
}

/**
 * Gives every file of a folder its album: the same files give the same catalog, in whatever order they were probed.
 * Files of one folder with the same album title and no album artist are one album.
 * @param idOf track of each path
 */
export function planCatalog(
  files: ReadonlyMap<string, Probed>,
  idOf: (path: string) => TrackId,
): readonly PlannedTrack[] {
  const paths = [...files.keys()].sort();
  const members = new Map<string, string[]>();
  const keyOf = (path: string) => {
    const { albumArtist, album } = files.get(path)!.tags;
    return [
      fold(album),
      albumArtist === null ? `folder:${dirname(path)}` : `artist:${fold(albumArtist)}`,
    ].join("\0");
  };
  for (const path of paths) {
    const key = keyOf(path);
    const list = members.get(key);
    if (list) list.push(path);
    else members.set(key, [path]);
  }
  const albums = new Map<string, PlannedAlbum>();
  for (const [key, list] of members)
    albums.set(
      key,
      planAlbum(
        key,
        list.map((path) => files.get(path)!),
      ),
    );
  const places = new Map([...members.values()].flatMap((list) => list.map((path, index) => [path, index])));
  return paths.map((path) => {
    const probed = files.get(path)!;
    const { isrc } = probed.tags;
    return {
      path,
      id: idOf(path),
      recordingId: isrc ? idFromBytes("recording", digest("isrc", isrc)) : null,
      artists: probed.tags.artists.map(artistOf),
      album: albums.get(keyOf(path))!,
      trackNumber: probed.tags.trackNumber ?? places.get(path)! + 1,
      probed,
    };
  });
}

function planAlbum(key: string, files: readonly Probed[]): PlannedAlbum {
  const { tags } = files[0]!;
  const performers = new Set(files.map((file) => fold(file.tags.artists[0]!)));
  const artist = tags.albumArtist ?? (performers.size > 1 ? "Various Artists" : tags.artists[0]!);
  return {
    id: idFromBytes("album", digest("album", key)),
    title: tags.album,
    artist: artistOf(artist),
    releaseDate: files.find((file) => file.tags.releaseDate)?.tags.releaseDate ?? null,
    genres: [...new Set(files.flatMap((file) => file.tags.genres))].slice(0, 10),
    cover: files.find((file) => file.cover)?.cover ?? null,
  };
}

/** Changes when what the catalog says of a track changes. */
export function fingerprint(track: PlannedTrack): string {
  return digest("planned", JSON.stringify(track)).toString("hex");
}
