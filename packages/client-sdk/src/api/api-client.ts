import { type DeviceType, ensureId, SegueError } from "@segue/core";
import * as wire from "@segue/core/wire";
import type { Api, CallOptions, PageOptions } from "../client";
import { parseAs } from "./parse-as";
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

type Kind = "album" | "artist" | "playlist" | "device";

const MAX_IDS = 50;
const MAX_COUNTS = 100;

/** Typed calls to the server. Ids and limits are checked before anything is sent. */
export function createApi({ origin, transport, codecs, deviceType, deviceId }: ApiOptions): Api {
  const heads = async () => ({ codecs: (await codecs()).join(","), deviceType });

  async function get<T>(
    schema: wire.ResourceSchema<T>,
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
    return parseAs(schema, value, path);
  }

  const one =
    <T>(kind: Kind, schema: wire.ResourceSchema<T>) =>
    async (id: string, options?: CallOptions) =>
      get(schema, pathOf(kind, id), {}, options);
  const tracksOf = (kind: Kind) => async (id: string, options?: PageOptions) =>
    get(wire.trackPageSchema, `${pathOf(kind, id)}/tracks`, page(options, await heads()), options);

  return {
    capabilities: (options) => get(wire.capabilitiesSchema, "/capabilities", {}, options, "optional"),
    me: (options) => get(wire.userSchema, "/me", {}, options),
    home: (options) => get(wire.homeSchema, "/home", {}, options),
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
      return (await get(wire.trackListSchema, "/tracks", query, options)).items;
    },
    album: one("album", wire.albumSchema),
    albumTracks: tracksOf("album"),
    artist: one("artist", wire.artistSchema),
    artistAlbums: async (id, options) =>
      get(wire.albumPageSchema, `${pathOf("artist", id)}/albums`, page(options), options),
    artistTracks: tracksOf("artist"),
    playlist: one("playlist", wire.playlistSchema),
    playlistTracks: tracksOf("playlist"),
    async playCounts(ids, options) {
      if (ids.length === 0) return [];
      if (ids.length > MAX_COUNTS)
        throw new SegueError("invalid_argument", { detail: `at most ${MAX_COUNTS} ids` });
      const query = { ids: ids.map((id) => ensureId("track", id)).join(",") };
      return (await get(wire.playCountListSchema, "/play-counts", query, options)).items;
    },
    async devices(options) {
      const { items } = await get(wire.deviceListSchema, "/devices", {}, options);
      const own = await deviceId();
      return items.map((device) => ({ ...device, current: device.id === own }));
    },
    async removeDevice(id, options) {
      await transport.call({
        method: "DELETE",
        path: `/v1${pathOf("device", id)}`,
        signal: options?.signal,
      });
    },
    resolveUrl: (url) => resolveUrl(origin, url),
  };
}

/** @throws SegueError `invalid_id` */
function pathOf(kind: Kind, id: string): string {
  return `/${kind}s/${ensureId(kind, id)}`;
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
