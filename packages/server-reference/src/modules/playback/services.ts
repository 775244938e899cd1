/** The services of playback, license and media of one server, made on first use. */
import { join } from "node:path";
import type { Milliseconds, TrackId } from "@segue/core";
import { validityCodec } from "@segue/core/wire";
import type { ServerContext } from "../../context";
import { Keyring } from "../license/keyring";
import { SqlValidityStore } from "../license/store";
import { ValidityIssuer } from "../license/validity";
import { folderMediaFiles } from "../media/files";
import { MediaUrlSigner } from "../media/media-url";
import type { MediaFiles } from "../media/service";
import { holderNote } from "../sandbox/holder-note";
import { EnvelopeWrapper } from "./envelope";
import { GrantService } from "./service";
import { PlayableStore } from "./store";

/** What belongs to one server context. */
export interface PlaybackServices {
  readonly signer: MediaUrlSigner;
  readonly files: MediaFiles;
  readonly keys: Keyring;
  readonly licenses: SqlValidityStore;
  readonly validities: ValidityIssuer;
  readonly playable: PlayableStore;
  readonly grants: GrantService;
}

/** Puts a track at the front of what is being prepared. May return when to ask again, in milliseconds. */
export type PrepareTrack = (trackId: TrackId) => Milliseconds | Promise<void>;

/** How soon a client asks again when nobody says more precisely. */
const ASK_AGAIN_MS = 3000;

const made = new WeakMap<ServerContext, PlaybackServices>();
const preparing = new WeakMap<ServerContext, PrepareTrack>();

/** Says who prepares the audio of tracks that are asked for before it is ready. */
export function setPrepareTrack(context: ServerContext, prepare: PrepareTrack): void {
  preparing.set(context, prepare);
}

/** The services of `context`; the same ones for the same context. */
export function playbackServices(context: ServerContext): PlaybackServices {
  const held = made.get(context);
  if (held) return held;
  const { db, secrets, now } = context;
  const signer = new MediaUrlSigner(secrets.mediaUrl);
  const files = folderMediaFiles(join(context.config.dataDir, "media"));
  const keys = new Keyring(db, secrets.license);
  const licenses = new SqlValidityStore(db, now);
  const validities = new ValidityIssuer(keys, licenses, validityCodec.toBytes);
  const playable = new PlayableStore(db, secrets.content, now);
  const ports = {
    device: (id: Parameters<PlayableStore["device"]>[0]) => playable.device(id),
    tracks: (ids: readonly TrackId[]) => playable.tracks(ids),
    revokedKeys: () => licenses.revokedSet(),
    prepare: (trackId: TrackId) => {
      const answer = preparing.get(context)?.(trackId);
      if (typeof answer === "number") return answer;
      answer?.catch((error: unknown) =>
        context.logger.warn({ err: error, trackId }, "a track was not moved forward"),
      );
      return ASK_AGAIN_MS;
    },
  };
  const options = context.sandbox ? { holderNote } : {};
  const grants = new GrantService(ports, signer, new EnvelopeWrapper(), validities, options);
  const services = { signer, files, keys, licenses, validities, playable, grants };
  made.set(context, services);
  return services;
}
