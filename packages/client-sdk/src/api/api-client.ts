import { type DeviceType, ensureId, type IdKind, SegueError } from "@segue/core";
import type { Api, CallOptions, Device, PageOptions } from "../client";
import * as schema from "./schemas";
import type { Call, Transport } from "./transport";

export interface ApiOptions {
  readonly origin: string;
  readonly transport: Transport;
  /** Codecs that this device decodes, best first; lists of tracks ask for heads in them. */
  readonly codecs: () => Promise<readonly string[]>;
  readonly deviceType: DeviceType;
  /** This device's id: the server does not know which of a user's devices asks. */
  readonly deviceId: () => Promise<string>;
}

const MAX_IDS = 50;
const MAX_COUNTS = 100;

/** Typed calls to the server. Ids and limits are checked before anything is sent. */
export function createApi({ origin, transport, codecs, deviceType, deviceId }: ApiOptions): Api {
  const heads = async () => ({ codecs: (await codecs()).join(","), deviceType });

  async function get<T>(
    type: Parameters<typeof schema.parseAs>[0],
    path: string,
    query: Record<string, string> = {},
    options: CallOptions = {},
    token: Call["token"] = "required",
  ): Promise<T> {
    const search = new URLSearchParams(query).toString();
    const value = await transport.call({
      method: "GET",
      path: `/v1${path}${search ? `?${search}` : ""}`,
      token,
      signal: options.signal,
    });
    return schema.parseAs<T>(type, value, path);
  }

  return {
    capabilities: (options) => get(schema.capabilitiesSchema, "/capabilities", {}, options, "optional"),
    me: (options) => get(schema.userSchema, "/me", {}, options),
    home: (options) => get(schema.homeSchema, "/home", {}, options),
    async track(id, options) {
      const [track] = await this.tracks([id], options);
      if (!track) throw new SegueError("not_found", { detail: "no such track" });
      return track;
    },
    async tracks(ids, options) {
      if (ids.length === 0) return [];
      if (ids.length > MAX_IDS)
        throw new SegueError("invalid_argument", { detail: `at most ${MAX_IDS} ids` });
      const query = { ids: ids.map((id) => ensureId("track", id)).join(","), ...(await heads()) };
      return (await get<{ items: [] }>(schema.itemsOf(schema.trackSchema), "/tracks", query, options)).items;
    },
    album: async (id, options) => get(schema.albumSchema, `/albums/${checked("album", id)}`, {}, options),
    albumTracks: async (id, options) =>
      get(
        schema.pageOf(schema.trackSchema),
        `/albums/${checked("album", id)}/tracks`,
        page(options, await heads()),
        options,
      ),
    artist: async (id, options) => get(schema.artistSchema, `/artists/${checked("artist", id)}`, {}, options),
    artistAlbums: async (id, options) =>
      get(
        schema.pageOf(schema.albumSchema),
        `/artists/${checked("artist", id)}/albums`,
        page(options),
        options,
      ),
    artistTracks: async (id, options) =>
      get(
        schema.pageOf(schema.trackSchema),
        `/artists/${checked("artist", id)}/tracks`,
        page(options, await heads()),
        options,
      ),
    playlist: async (id, options) =>
      get(schema.playlistSchema, `/playlists/${checked("playlist", id)}`, {}, options),
    playlistTracks: async (id, options) =>
      get(
        schema.pageOf(schema.trackSchema),
        `/playlists/${checked("playlist", id)}/tracks`,
        page(options, await heads()),
        options,
      ),
    async playCounts(ids, options) {
      if (ids.length === 0) return [];
      if (ids.length > MAX_COUNTS)
        throw new SegueError("invalid_argument", { detail: `at most ${MAX_COUNTS} ids` });
      const query = { ids: ids.map((id) => ensureId("track", id)).join(",") };
      return (
        await get<{ items: [] }>(schema.itemsOf(schema.playCountSchema), "/play-counts", query, options)
      ).items;
    },
    async devices(options) {
      const { items } = await get<{ items: Device[] }>(
        schema.itemsOf(schema.deviceSchema),
        "/devices",
        {},
        options,
      );
      const own = await deviceId();
      return items.map((device) => ({ ...device, current: device.id === own }));
    },
    async removeDevice(id, options) {
      await transport.call({
        method: "DELETE",
        path: `/v1/devices/${checked("device", id)}`,
        signal: options?.signal,
      });
    },
    resolveUrl: (url) => resolveUrl(origin, url),
  };
}

function checked(kind: IdKind, id: string): string {
  return ensureId(kind, id);
}

function page(options: PageOptions = {}, more: Record<string, string> = {}): Record<string, string> {
  const { cursor, limit } = options;
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= 100)) {
    throw new SegueError("invalid_argument", { detail: "limit must be an integer from 1 to 100" });
  }
  return { ...(cursor ? { cursor } : {}), ...(limit ? { limit: String(limit) } : {}), ...more };
}

/** @throws SegueError `protocol` when the result is not an http(s) URL */
export function resolveUrl(origin: string, url: string): string {
  const absolute = URL.parse ? URL.parse(url, origin) : tryUrl(url, origin);
  if (absolute && /^https?:$/.test(absolute.protocol)) return absolute.href;
  throw new SegueError("protocol", { detail: "not a URL that can be fetched" });
}

function tryUrl(url: string, base: string): URL | null {
  try {
    return new URL(url, base);
  } catch {
    return null;
  }
}
