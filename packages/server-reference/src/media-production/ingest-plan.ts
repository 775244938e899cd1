import { createHash } from "node:crypto";
import { dirname } from "node:path/posix";
import { type AlbumId, type ArtistId, idFromBytes, type RecordingId, type TrackId } from "@segue/core";
import type { Probed } from "./ingest-job";

export interface PlannedArtist {
  readonly id: ArtistId;
  readonly name: string;
}
/** Where a master belongs in the catalog. */
export interface PlannedTrack {
  readonly path: string;
  readonly id: TrackId;
  readonly recordingId: RecordingId;
  readonly artists: readonly PlannedArtist[];
  readonly album: { readonly id: AlbumId; readonly title: string; readonly artist: PlannedArtist };
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

/**
 * Gives every probed file its ids and its album: the same files give the same catalog, in whatever order they were
 * probed. Files of one folder with the same album title and no album artist are one album.
 */
export function planCatalog(files: ReadonlyMap<string, Probed>): readonly PlannedTrack[] {
  const paths = [...files.keys()].sort();
  const albums = new Map<string, string[]>();
  const keyOf = (path: string) => {
    const { albumArtist, album } = files.get(path)!.tags;
    return [
      fold(album),
      albumArtist === null ? `folder:${dirname(path)}` : `artist:${fold(albumArtist)}`,
    ].join("\0");
  };
  for (const path of paths) {
    const key = keyOf(path);
    albums.set(key, [...(albums.get(key) ?? []), path]);
  }
  return paths.map((path) => {
    const probed = files.get(path)!;
    const members = albums.get(keyOf(path))!;
    const performers = new Set(members.map((member) => fold(files.get(member)!.tags.artists[0]!)));
    const { tags } = files.get(members[0]!)!;
    const albumArtist = tags.albumArtist ?? (performers.size > 1 ? "Various Artists" : tags.artists[0]!);
    const recording = probed.tags.isrc
      ? digest("isrc", probed.tags.isrc)
      : digest("recording", probed.contentHash);
    return {
      path,
      id: idFromBytes("track", digest("track", probed.contentHash)),
      recordingId: idFromBytes("recording", recording),
      artists: probed.tags.artists.map(artistOf),
      album: {
        id: idFromBytes("album", digest("album", keyOf(path))),
        title: tags.album,
        artist: artistOf(albumArtist),
      },
      trackNumber: probed.tags.trackNumber ?? members.indexOf(path) + 1,
      probed,
    };
  });
}
