/** Grants: the right to play, for up to 50 tracks in one request. */
import {
  type DeviceId,
  type Grant,
  type GrantRequest,
  type GrantResponse,
  type GrantResult,
  type KeyId,
  type Manifest,
  type Milliseconds,
  type Refusal,
  SEGMENT_BYTES,
  SegueError,
  type TrackId,
} from "@segue/core";
import type { Device } from "../devices/device-store";
import type { ValidityIssuer } from "../license/validity";
import { GRANT_URL_MS } from "../media/limits";
import type { MediaUrlSigner } from "../media/media-url";
import { choosePlayable, type Listening } from "./choose";
import type { EnvelopeWrapper } from "./envelope";
import { refuse } from "./refusals";
import type { GrantUser, PlayableRendition, PlayableTrack } from "./types";

/** What the service reads, and whom it asks to prepare audio. */
export interface GrantPorts {
  /** The registered device, or null. */
  device(id: DeviceId): Promise<Device | null>;
  /** The tracks that exist among `ids`. */
  tracks(ids: readonly TrackId[]): Promise<ReadonlyMap<TrackId, PlayableTrack>>;
  /** The content keys that must no longer be used. */
  revokedKeys(): Promise<ReadonlySet<KeyId>>;
  /** Puts a track at the front of what is being prepared; returns when to ask again. */
  prepare(trackId: TrackId): Milliseconds;
}

/** How grants are made. */
export interface GrantOptions {
  /** What a media URL says about whom it was made for; a sandbox sets faults by it. Default nothing. */
  readonly holderNote?: (userId: string, deviceId: string) => string;
}

/** Grants or refuses. */
export class GrantService {
  readonly #ports: GrantPorts;
  readonly #signer: MediaUrlSigner;
  readonly #wrapper: EnvelopeWrapper;
  readonly #validities: ValidityIssuer;
  readonly #holderNote: GrantOptions["holderNote"];

  constructor(
    ports: GrantPorts,
    signer: MediaUrlSigner,
    wrapper: EnvelopeWrapper,
    validities: ValidityIssuer,
    options: GrantOptions = {},
  ) {
    this.#ports = ports;
    this.#signer = signer;
    this.#wrapper = wrapper;
    this.#validities = validities;
    this.#holderNote = options.holderNote;
  }

  /**
   * Answers `request`, which was checked by its decoder, for `user`: one result per item in the same order, and the device's validity.
   * @throws SegueError `device_unknown`
   */
  async grant(user: GrantUser, request: GrantRequest, nowMs: Milliseconds): Promise<GrantResponse> {
    const device = await this.#ports.device(request.deviceId);
    if (device === null || device.userId !== user.id) throw new SegueError("device_unknown");
    const tracks = await this.#ports.tracks(request.items.map((item) => item.trackId));
    const revoked = await this.#ports.revokedKeys();
    const results = request.items.map(({ trackId, preferredRenditionId }): GrantResult => {
      const listening: Listening = {
        market: user.market,
        explicitFilter: user.explicitFilter,
        plan: user.plan,
        deviceType: device.type,
        codecs: request.codecs,
        maxBitrateBps: request.maxBitrateBps ?? 0,
        preferredRenditionId: preferredRenditionId ?? "",
      };
      const decision = this.#decide(tracks.get(trackId), listening, revoked, nowMs);
      if ("reason" in decision) return { trackId, kind: "refusal", refusal: decision };
      return { trackId, kind: "grant", grant: this.#grant(trackId, decision, device, nowMs) };
    });
    const holder = { deviceId: device.id, userId: user.id, plan: user.plan };
    return { results, validity: await this.#validities.current(holder, nowMs), serverTimeMs: nowMs };
  }

  #decide(
    track: PlayableTrack | undefined,
    listening: Listening,
    revoked: ReadonlySet<KeyId>,
    nowMs: Milliseconds,
  ): PlayableRendition | Refusal {
    if (track === undefined) return refuse("unknown_track");
    const choice = choosePlayable(track, listening, revoked, nowMs);
    if (choice.kind === "rendition") return choice.rendition;
    if (choice.reason === "preparing")
      return refuse("preparing", { retryAfterMs: this.#ports.prepare(track.id) });
    const { availableAtMs } = choice;
    if (availableAtMs === undefined) return refuse(choice.reason);
    return refuse(choice.reason, {
      availableAtMs,
      retryAfterMs: Math.min(availableAtMs - nowMs, MAX_RETRY_MS),
    });
  }

  #grant(trackId: TrackId, rendition: PlayableRendition, device: Device, nowMs: Milliseconds): Grant {
    const keyEnvelope = this.#wrapper.wrap(device, { ...rendition, renditionId: rendition.id }, nowMs);
    const { hash, byteLength } = rendition;
    const holder = this.#holderNote?.(device.userId, device.id);
    const signed = this.#signer.sign({ hash, max: byteLength }, nowMs, GRANT_URL_MS, holder);
    return { manifest: manifestOf(trackId, rendition, signed.url, signed.expiresAtMs), keyEnvelope };
  }
}

/** Longest that a client is told to wait before it asks again. */
const MAX_RETRY_MS = 24 * 3_600_000;

function manifestOf(
  trackId: TrackId,
  rendition: PlayableRendition,
  url: string,
  urlExpiresAtMs: Milliseconds,
): Manifest {
  const { hash, byteLength, keyId, salt, noncePrefix } = rendition;
  return {
    renditionId: rendition.id,
    trackId,
    codec: rendition.codec,
    bitrateBps: rendition.tier * 1000,
    sampleRateHz: rendition.sampleRateHz,
    channels: rendition.channels,
    trimStartFrames: rendition.trimStartFrames,
    trimEndFrames: rendition.trimEndFrames,
    totalFrames: rendition.totalFrames,
    loudness: rendition.loudness,
    media: { hash, byteLength, segmentBytes: SEGMENT_BYTES, keyId, salt, noncePrefix, url, urlExpiresAtMs },
  };
}
