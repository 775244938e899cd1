/** What suites ask an implementation to put into its catalog. */
import { createHash } from "node:crypto";
import {
  type AlbumId,
  type ArtistId,
  type AudioFeatures,
  type Availability,
  type IdKind,
  idFromBytes,
  type Loudness,
  type MediaState,
  type PlaylistId,
  type TrackId,
  type UserId,
} from "@segue/core";
import type { StoredRendition } from "../modules/playback/playable-store";

export interface PlantedImage {
  readonly hash: string;
  readonly mime: string;
  readonly path: string;
}
interface Shown {
  readonly imageHash?: string;
  /** Default 0 */
  readonly popularity?: number;
}
export interface PlantedArtist extends Shown {
  readonly id: ArtistId;
  readonly name?: string;
  readonly genres?: readonly string[];
}
export interface PlantedAlbum extends Shown {
  readonly id: AlbumId;
  readonly title?: string;
  readonly artists?: readonly ArtistId[];
  readonly genres?: readonly string[];
  readonly releaseDate?: string;
}
export interface PlantedTrack {
  readonly id: TrackId;
  readonly albumId: AlbumId;
  readonly title?: string;
  readonly artists?: readonly ArtistId[];
  readonly disc?: number;
  readonly number?: number;
  readonly durationMs?: number;
  readonly explicit?: boolean;
  readonly popularity?: number;
  readonly isrc?: string;
  readonly availability?: Availability;
  readonly features?: AudioFeatures;
  readonly loudness?: Loudness;
  /** Default that nothing is known */
  readonly mediaState?: MediaState;
  /** Their loudness is the track's. */
  readonly renditions?: readonly Omit<StoredRendition, "loudness">[];
}
export interface PlantedPlaylist extends Shown {
  readonly id: PlaylistId;
  readonly title?: string;
  readonly description?: string;
  readonly owner: { readonly id: UserId; readonly name: string };
  readonly tracks?: readonly TrackId[];
}

/** Rows of a catalog; what they refer to stands in it as well. */
export interface PlantedCatalog {
  readonly images?: readonly PlantedImage[];
  readonly artists?: readonly PlantedArtist[];
  readonly albums?: readonly PlantedAlbum[];
  readonly tracks?: readonly PlantedTrack[];
  readonly playlists?: readonly PlantedPlaylist[];
}

/** Lower-case hex SHA-256 of `name`. */
export const hashOf = (name: string): string => createHash("sha256").update(name).digest("hex");

/** The id of `kind` that `name` stands for. */
export const idOf = <Kind extends IdKind>(kind: Kind, name: string) =>
  idFromBytes(kind, new Uint8Array(createHash("sha256").update(name).digest()));

/** A rendition of which every value is different. */
export function renditionOf(
  name: string,
  more: Partial<Omit<StoredRendition, "loudness">> = {},
): Omit<StoredRendition, "loudness"> {
  return {
    id: idOf("rendition", name),
    codec: "vorbis",
    tier: 96,
    sampleRateHz: 44_100,
    channels: 2,
    trimStartFrames: 3,
    trimEndFrames: 4,
    totalFrames: 44_103,
    hash: hashOf(`cipher ${name}`),
    byteLength: 12_345,
    keyId: idOf("key", name),
    salt: new Uint8Array(Buffer.from(hashOf(`salt ${name}`), "hex")),
    noncePrefix: new Uint8Array(Buffer.from(hashOf(`nonce ${name}`), "hex")).slice(0, 7),
    plaintextHash: hashOf(name),
    ...more,
  };
}
