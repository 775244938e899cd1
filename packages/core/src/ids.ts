/**
 * Typed ids. An id is a prefix that names its kind and 26 characters of Crockford base32 (lower case) that
 * carry 128 bits: `trk_01h455vb4pex5vsknk084sn02q`.
 */
import { SegueError } from "./errors/segue-error";

const PREFIX = {
  track: "trk",
  recording: "rec",
  album: "alb",
  artist: "art",
  playlist: "pls",
  rendition: "rnd",
  key: "key",
  device: "dev",
  user: "usr",
} as const;

/** The kinds of id. */
export type IdKind = keyof typeof PREFIX;

/** A string that was checked to be an id of kind `K`. */
export type Id<K extends IdKind> = string & { readonly __id: K };

export type TrackId = Id<"track">;
export type RecordingId = Id<"recording">;
export type AlbumId = Id<"album">;
export type ArtistId = Id<"artist">;
export type PlaylistId = Id<"playlist">;
export type RenditionId = Id<"rendition">;
export type KeyId = Id<"key">;
export type DeviceId = Id<"device">;
export type UserId = Id<"user">;

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
/** 26 characters carry 130 bits; the first two are always zero, so the first character is 0 to 7. */
const BODY = /^[0-7][0-9abcdefghjkmnpqrstvwxyz]{25}$/;

/** Whether `value` is a well-formed id of kind `kind`. */
export function isId<K extends IdKind>(kind: K, value: unknown): value is Id<K> {
  const prefix = PREFIX[kind];
  return (
    typeof value === "string" &&
    value.length === prefix.length + 27 &&
    value.startsWith(`${prefix}_`) &&
    BODY.test(value.slice(prefix.length + 1))
  );
}

/**
 * Returns `value` as an id of kind `kind`.
 * @throws SegueError `invalid_id` when it is not one.
 */
export function ensureId<K extends IdKind>(kind: K, value: unknown): Id<K> {
  if (isId(kind, value)) return value;
  throw new SegueError("invalid_id", {
    detail: `expected a ${kind} id such as ${PREFIX[kind]}_ and 26 characters`,
  });
}

/** Makes the id of kind `kind` that carries the first 16 of `bytes`. @throws RangeError on fewer than 16 bytes. */
export function idFromBytes<K extends IdKind>(kind: K, bytes: Uint8Array): Id<K> {
  if (bytes.length < 16) throw new RangeError("an id needs 16 bytes");
  let value = 0n;
  for (let i = 0; i < 16; i++) value = (value << 8n) | BigInt(bytes[i]!);
  let body = "";
  for (let i = 0; i < 26; i++) {
    body = ALPHABET[Number(value & 31n)]! + body;
    value >>= 5n;
  }
  return `${PREFIX[kind]}_${body}` as Id<K>;
}
