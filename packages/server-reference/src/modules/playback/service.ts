/** Grants: the right to play, for up to 50 tracks in one request. */
import {
  type Codec,
  type DeviceId,
  type Grant,
  type GrantRequest,
  type GrantResponse,
  type GrantResult,
  type KeyId,
  type Manifest,
  type Milliseconds,
  type Refusal,
  type RenditionId,
  SegueError,
  type TrackId,
} from "@segue/core";
import type { ValidityIssuer } from "../license/validity";
import type { MediaUrlSigner } from "../media/media-url";
import { choosePlayable } from "./choose";
import type { EnvelopeWrapper } from "./envelope";
import { refuse } from "./refusals";
import type { GrantDevice, GrantUser, PlayableRendition, PlayableTrack } from "./types";

/** What the service reads, and whom it asks to prepare audio. */
export interface GrantPorts {
  /** The registered device, or null. */
  device(id: DeviceId): Promise<GrantDevice | null>;
  /** The tracks that exist among `ids`. */
  tracks(ids: readonly TrackId[]): Promise<ReadonlyMap<TrackId, PlayableTrack>>;
  /** The content keys that must no longer be used. */
  revokedKeys(): Promise<ReadonlySet<KeyId>>;
  /** Puts a track at the front of what is being prepared; returns when to ask again. */
  prepare(trackId: TrackId): Milliseconds;
}

/** How grants are made. */
export interface GrantOptions {
  /** How long a media URL works at least. Default 1 h. */
  readonly urlTtlMs?: Milliseconds;
}

/** Grants or refuses. */
export class GrantService {
  readonly #urlTtlMs: Milliseconds;

  constructor(
    private readonly ports: GrantPorts,
    private readonly signer: MediaUrlSigner,
    private readonly wrapper: EnvelopeWrapper,
    private readonly validities: ValidityIssuer,
    options: GrantOptions = {},
  ) {
    this.#urlTtlMs = options.urlTtlMs ?? 3_600_000;
  }

  /**
   * Answers `request`, which was checked by its decoder, for `user`: one result per item in the same order, and the device's validity.
   * @throws SegueError `device_unknown`
   */
  async grant(user: GrantUser, request: GrantRequest, nowMs: Milliseconds): Promise<GrantResponse> {
    const device = await this.ports.device(request.deviceId);
    if (device === null || device.userId !== user.id) throw new SegueError("device_unknown");
    const tracks = await this.ports.tracks(request.items.map((item) => item.trackId));
    const revoked = await this.ports.revokedKeys();
    const results = request.items.map(({ trackId, preferredRenditionId }): GrantResult => {
      const wishes = { codecs: request.codecs, maxBitrateBps: request.maxBitrateBps, preferredRenditionId };
      const decision = this.#decide(tracks.get(trackId), user, device, wishes, revoked, nowMs);
      if ("reason" in decision) return { trackId, kind: "refusal", refusal: decision };
      return { trackId, kind: "grant", grant: this.#grant(trackId, decision, device, nowMs) };
    });
    const holder = { deviceId: device.id, userId: user.id, plan: user.plan };
    return { results, validity: await this.validities.current(holder, nowMs), serverTimeMs: nowMs };
  }

  #decide(
    track: PlayableTrack | undefined,
    user: GrantUser,
    device: GrantDevice,
    wishes: Wishes,
    revoked: ReadonlySet<KeyId>,
    nowMs: Milliseconds,
  ): PlayableRendition | Refusal {
    if (track === undefined) return refuse("unknown_track");
    const choice = choosePlayable(track, { ...user, deviceType: device.type, ...wishes }, revoked, nowMs);
    if (choice.kind === "rendition") return choice.rendition;
    if (choice.reason === "preparing")
      return refuse("preparing", { retryAfterMs: this.ports.prepare(track.id) });
    return refuse(choice.reason, choice.times);
  }

  #grant(trackId: TrackId, rendition: PlayableRendition, device: GrantDevice, nowMs: Milliseconds): Grant {
    const keyEnvelope = this.wrapper.wrap(device, rendition, nowMs);
    const { hash, byteLength } = rendition;
    const signed = this.signer.sign({ hash, max: byteLength }, nowMs, this.#urlTtlMs);
    return { manifest: manifestOf(trackId, rendition, signed.url, signed.expiresAtMs), keyEnvelope };
  }
}

interface Wishes {
  readonly codecs: readonly Codec[];
  readonly maxBitrateBps: number | undefined;
  readonly preferredRenditionId: RenditionId | undefined;
}

/** Ciphertext bytes of a full segment. */
const SEGMENT_BYTES = 16_384;

function manifestOf(
  trackId: TrackId,
  rendition: PlayableRendition,
  url: string,
  urlExpiresAtMs: Milliseconds,
): Manifest {
  const {
    renditionId,
    codec,
    sampleRateHz,
    channels,
    trimStartFrames,
    trimEndFrames,
    totalFrames,
    loudness,
  } = rendition;
  const { hash, byteLength, keyId, salt, noncePrefix } = rendition;
  return {
    renditionId,
    trackId,
    codec,
    bitrateBps: rendition.kbps * 1000,
    sampleRateHz,
    channels,
    trimStartFrames,
    trimEndFrames,
    totalFrames,
    loudness,
    media: { hash, byteLength, segmentBytes: SEGMENT_BYTES, keyId, salt, noncePrefix, url, urlExpiresAtMs },
  };
}
