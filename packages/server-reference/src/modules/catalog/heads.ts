/** Heads for the tracks of a list. */
import type { Codec, DeviceType } from "@segue/core";
import type { ServerContext } from "../../context";
import type { User } from "../auth/principal";
import * as playback from "../playback/heads";
import type { HeadsOf } from "./track-store";

const CODECS: readonly string[] = ["vorbis", "aac"];
const DEVICE_TYPES: readonly string[] = ["web", "desktop", "mobile", "speaker", "tv", "other"];

/** Heads as `query` asks for them (`codecs`, `deviceType`); none when it does not. */
export function headsFor(
  context: ServerContext,
  user: User,
  query: Readonly<Record<string, unknown>>,
): HeadsOf {
  const codecs = String(query.codecs ?? "")
    .split(",")
    .filter((codec): codec is Codec => CODECS.includes(codec));
  if (codecs.length === 0) return async () => new Map();
  const deviceType = (
    DEVICE_TYPES.includes(String(query.deviceType)) ? query.deviceType : "web"
  ) as DeviceType;
  return (ids) => playback.headsFor(context, ids, user, { codecs, deviceType });
}
