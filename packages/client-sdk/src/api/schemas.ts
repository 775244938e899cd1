/** What the client accepts from the server. Unknown fields are dropped; anything else that differs is `protocol`. */
import { isId, SegueError } from "@segue/core";
import * as z from "zod/mini";

const MAX_TEXT = 2_000;
const text = z.string().check(z.maxLength(MAX_TEXT));
const url = z.string().check(z.maxLength(4_096));
const ms = z.number().check(z.gte(-8.64e15), z.lte(8.64e15));
const count = z.int().check(z.gte(0));
const id = (kind: Parameters<typeof isId>[0]) => z.string().check(z.refine((value) => isId(kind, value)));
/** Absent and null mean the same. */
const orNull = <T extends z.ZodMiniType>(type: T) => z._default(z.nullable(type), null);

const artistRef = z.object({ id: id("artist"), name: text });
const albumRef = z.object({ id: id("album"), title: text, imageUrl: orNull(url) });
const unit = z.number();
const features = z.object({
  tempo: unit,
  energy: unit,
  valence: unit,
  danceability: unit,
  acousticness: unit,
  speechiness: unit,
  instrumentalness: unit,
  liveness: unit,
});
const head = z.object({
  renditionId: id("rendition"),
  url,
  byteLength: z.int().check(z.gt(0), z.lte(16 * 1024 * 1024)),
  expiresAt: ms,
});

export const trackSchema = z.object({
  id: id("track"),
  recordingId: id("recording"),
  title: text,
  artists: z.array(artistRef).check(z.maxLength(100)),
  album: albumRef,
  discNumber: count,
  trackNumber: count,
  durationMs: z.number().check(z.gte(0)),
  explicit: z.boolean(),
  isrc: orNull(text),
  features: orNull(features),
  mediaState: z.enum(["ready", "preparing", "failed"]),
  head: orNull(head),
});
export const albumSchema = z.object({
  id: id("album"),
  title: text,
  artists: z.array(artistRef).check(z.maxLength(100)),
  imageUrl: orNull(url),
  releaseDate: orNull(text),
  genres: z.array(text),
  trackCount: count,
  durationMs: z.number().check(z.gte(0)),
});
export const artistSchema = z.object({
  id: id("artist"),
  name: text,
  genres: z.array(text),
  imageUrl: orNull(url),
});
export const playlistSchema = z.object({
  id: id("playlist"),
  title: text,
  description: text,
  owner: z.object({ id: id("user"), name: text }),
  imageUrl: orNull(url),
  trackCount: count,
});
export const userSchema = z.object({
  id: id("user"),
  name: text,
  plan: z.enum(["free", "premium"]),
  market: text,
  explicitFilter: z.boolean(),
});
export const playCountSchema = z.object({ trackId: id("track"), plays: count });
export const deviceSchema = z.object({
  id: id("device"),
  name: text,
  type: text,
  registeredAt: ms,
  lastSeenAt: ms,
  current: z._default(z.boolean(), false),
});
const shelfItem = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("album"), album: albumSchema }),
  z.object({ kind: z.literal("artist"), artist: artistSchema }),
  z.object({ kind: z.literal("playlist"), playlist: playlistSchema }),
]);
export const homeSchema = z.object({
  shelves: z.array(z.object({ id: text, title: text, items: z.array(shelfItem) })),
});
export const capabilitiesSchema = z.object({
  protocolVersion: text,
  server: z.object({ name: text, version: text }),
  sandbox: z.boolean(),
  issuer: z.optional(text),
  clients: z.optional(z.object({ authorizationCode: text, deviceCode: text })),
  codecs: z.array(z.object({ codec: text, bitratesKbps: z.array(z.number()) })),
  features: z.array(z.object({ name: text, available: z.boolean(), reason: orNull(text) })),
});
export const pageOf = <T extends z.ZodMiniType>(item: T) =>
  z.object({ items: z.array(item).check(z.maxLength(1_000)), nextCursor: orNull(text) });
export const itemsOf = <T extends z.ZodMiniType>(item: T) =>
  z.object({ items: z.array(item).check(z.maxLength(1_000)) });

/** `value` as `schema` describes it. @throws SegueError `protocol` that names the first field that differs */
export function parseAs<T>(schema: z.ZodMiniType<unknown>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data as T;
  const issue = result.error.issues[0];
  throw new SegueError("protocol", {
    detail: `${what}: ${issue?.path.map(String).join(".") || "body"} ${issue?.message ?? "differs"}`,
  });
}
