/** Heads for the tracks of a list. */
import type { Codec, DeviceType, HeadRef, TrackId } from "@segue/core";
import type { ServerContext } from "../../context";
import type { User } from "../auth/principal";
import { headOf } from "../playback/heads";
import { playbackServices } from "../playback/services";
import type { HeadsOf } from "./track-store";

/** A head that nobody used is fetched anew after this long. */
const HEAD_TTL_MS = 3_600_000;
const CODECS: readonly string[] = ["vorbis", "aac"];
const DEVICE_TYPES: readonly string[] = ["web", "desktop", "mobile", "speaker", "tv", "other"];

/** Heads as `query` asks for them (`codecs`, `deviceType`); none when it does not. */
export function headsFor(context: ServerContext, user: User, query: Readonly<Record<string, unknown>>): HeadsOf {
  const codecs = String(query.codecs ?? "")
    .split(",")
    .filter((codec): codec is Codec => CODECS.includes(codec));
  if (codecs.length === 0) return async () => new Map();
  const deviceType = (DEVICE_TYPES.includes(String(query.deviceType)) ? query.deviceType : "web") as DeviceType;
  return async (ids) => {
    const { signer, playable, licenses } = playbackServices(context);
    const [tracks, revoked] = await Promise.all([playable.tracks(ids), licenses.revokedSet()]);
    const listening = { ...user, deviceType, codecs };
    const heads = new Map<TrackId, HeadRef>();
    for (const [id, track] of tracks) {
      const head = headOf(signer, track, listening, revoked, context.now(), HEAD_TTL_MS);
      if (head) heads.set(id, head);
    }
    return heads;
  };
}
