import { basename, dirname, extname } from "node:path/posix";
import { type ICommonTagsResult, parseBlob } from "music-metadata";
import type { ByteSource } from "./byte-source";
import { LIMITS } from "./limits";
import type { EncodedAudio } from "./master";

/** Names and numbers of a master, from its tags or, where they are missing, from its place. */
export interface Tags {
  readonly title: string;
  readonly artists: readonly string[];
  readonly album: string;
  /** Null when the tags do not say. */
  readonly albumArtist: string | null;
  readonly trackNumber: number | null;
  readonly discNumber: number;
  readonly releaseDate: string | null;
  readonly genres: readonly string[];
  readonly isrc: string | null;
  readonly cover: Uint8Array | null;
}

type TaggedSource = ByteSource & Pick<EncodedAudio, "id3Bytes">;

const UNKNOWN_ARTIST = "Unknown Artist";

/** What the parser reads of a Blob; it asks for no more. */
function asBlob(source: ByteSource): Blob {
  const slice = (from: number, to: number) => ({
    arrayBuffer: async () => {
      const bytes = await source.read(from, to - from);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    },
  });
  return { size: source.byteLength, type: "", slice } as unknown as Blob;
}

async function parse(source: TaggedSource): Promise<ICommonTagsResult | undefined> {
  // A tag is read into memory as a whole; one of this size holds nothing that is wanted.
  if (source.id3Bytes > LIMITS.tagBytes) return undefined;
  const found = await parseBlob(asBlob(source), { duration: false }).catch(() => undefined);
  return found?.common;
}

/** Reads the tags of a master; damaged tags count as missing. `path` is relative to the ingested folder. */
export async function readTags(source: TaggedSource, path: string): Promise<Tags> {
  const common = await parse(source);
  const place = fromPlace(path);
  const artists = (common?.artists ?? [common?.artist])
    .map(clean)
    .filter((name) => name !== null)
    .slice(0, 20);
  return {
    title: clean(common?.title) ?? place.title,
    artists: artists.length > 0 ? [...new Set(artists)] : [clean(common?.albumartist) ?? place.artist],
    album: clean(common?.album) ?? place.album,
    albumArtist: clean(common?.albumartist),
    trackNumber: count(common?.track?.no) ?? place.trackNumber,
    discNumber: count(common?.disk?.no) ?? 1,
    releaseDate: date(common?.date) ?? date(common?.year?.toString()),
    genres: (common?.genre ?? [])
      .map(clean)
      .filter((name) => name !== null)
      .slice(0, 10),
    isrc:
      /^[A-Z]{2}[A-Z0-9]{3}\d{7}$/.exec(common?.isrc?.[0]?.replaceAll("-", "").toUpperCase() ?? "")?.[0] ??
      null,
    cover: common?.picture?.[0]?.data ?? null,
  };
}

/** Text without control characters, of bounded length, in one Unicode form; null when nothing is left. */
function clean(text: unknown): string | null {
  if (typeof text !== "string") return null;
  const tidy = text
    .slice(0, LIMITS.textLength * 4)
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\s]+/gu, " ")
    .trim();
  return [...tidy].slice(0, LIMITS.textLength).join("").trim() || null;
}

function count(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value < 10_000 ? value : null;
}

function date(value: string | undefined): string | null {
  return /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?/.exec(value ?? "")?.[0] ?? null;
}

/** `Artist/Album/01 - Title.flac`, `Artist - Album/01 Title.wav` or `Artist - Title.ogg`. */
function fromPlace(path: string) {
  const name = basename(path, extname(path)).replaceAll("_", " ");
  const [, digits, rest] = /^(\d{1,3})[\s.)-]+(.+)$/.exec(name) ?? [];
  const folders = dirname(path)
    .split("/")
    .filter((part) => part !== "." && part !== "");
  const folder = folders.at(-1)?.replaceAll("_", " ");
  const [folderArtist, folderAlbum] = folder?.split(/\s+-\s+/, 2) ?? [];
  const spoken = rest ?? name;
  const [before, after] = spoken.split(/\s+-\s+/, 2);
  const hasArtist = after !== undefined;
  return {
    title: clean(hasArtist ? after : spoken) ?? "Untitled",
    artist: clean(hasArtist ? before : folderAlbum ? folderArtist : folders.at(-2)) ?? UNKNOWN_ARTIST,
    album: clean(folderAlbum ?? folder) ?? "Unknown Album",
    trackNumber: digits ? count(Number(digits)) : null,
  };
}
