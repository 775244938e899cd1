/** Which heads a list is asked for with. */
import type { Codec, DeviceType } from "@segue/core";
import type { HeadWishes } from "../playback/heads";

const CODECS: readonly string[] = ["vorbis", "aac"];
const DEVICE_TYPES: readonly string[] = ["web", "desktop", "mobile", "speaker", "tv", "other"];

/** What `query` says of the caller (`codecs`, `deviceType`); null when it asks for no heads. */
export function readHeadWishes(query: Readonly<Record<string, unknown>>): HeadWishes | null {
  const codecs = String(query.codecs ?? "")
    .split(",")
    .filter((codec): codec is Codec => CODECS.includes(codec));
  if (codecs.length === 0) return null;
  const deviceType = (
    DEVICE_TYPES.includes(String(query.deviceType)) ? query.deviceType : "web"
  ) as DeviceType;
  return { codecs, deviceType };
}
