/** Which heads a list is asked for with. */
import { CODECS, DEVICE_TYPES } from "@segue/core";
import type { HeadWishes } from "../playback/heads";

/** What `query` says of the caller (`codecs`, `deviceType`); null when it asks for no heads. */
export function readHeadWishes(query: Readonly<Record<string, unknown>>): HeadWishes | null {
  const codecs = String(query.codecs ?? "")
    .split(",")
    .flatMap((asked) => CODECS.find((codec) => codec === asked) ?? []);
  if (codecs.length === 0) return null;
  const deviceType = DEVICE_TYPES.find((type) => type === query.deviceType) ?? "web";
  return { codecs, deviceType };
}
