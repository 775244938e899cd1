/** Playback: the right to play, and where the first bytes are. */
import type { ServerContext } from "../../context";
import { premium, signedIn } from "../capability";
import type { DevicesModule } from "../devices/module";
import type { LicenseModule } from "../license/module";
import { holderNote } from "../media/holder-note";
import type { MediaModule } from "../media/module";
import type { Module } from "../module";
import { CachedTracks } from "./cached-tracks";
import { EnvelopeWrapper } from "./envelope";
import { Heads } from "./heads";
import type { PlayableStore } from "./playable-store";
import type { PrepareTrack } from "./prepare";
import { playbackRoutes } from "./routes";
import { GrantService } from "./service";

/** What playback uses. */
export interface PlaybackNeeds {
  readonly devices: Pick<DevicesModule, "find">;
  readonly license: Pick<LicenseModule, "validities" | "revokedKeys">;
  readonly media: Pick<MediaModule, "signer">;
  readonly tracks: PlayableStore;
  readonly prepare: PrepareTrack;
  /** Whether media URLs say whom they were made for; a sandbox sets faults by it. */
  readonly noteHolders: boolean;
}

/** What playback offers. */
export interface PlaybackModule extends Module {
  readonly heads: Heads;
}

/** Makes the area of playback. */
export function playbackModule(context: ServerContext, needs: PlaybackNeeds): PlaybackModule {
  const { devices, license, media, prepare } = needs;
  const playable = new CachedTracks(needs.tracks, context.secrets.content, context.now);
  const noted = needs.noteHolders ? { holderNote } : {};
  const ports = {
    device: devices.find,
    tracks: playable.tracks.bind(playable),
    revokedKeys: license.revokedKeys,
    prepare,
  };
  const grants = new GrantService(ports, media.signer, new EnvelopeWrapper(), license.validities, noted);
  return {
    name: "playback",
    routes: (app) => playbackRoutes(app, context, grants),
    capabilities: [
      { name: "playback", missing: signedIn },
      { name: "quality.320", missing: premium },
    ],
    heads: new Heads({ playable, license, signer: media.signer, now: context.now, ...noted }),
  };
}
