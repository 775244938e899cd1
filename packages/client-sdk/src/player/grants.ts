import {
  type Codec,
  deriveSegmentKey,
  type KeyEnvelope,
  type Manifest,
  type Milliseconds,
  openEnvelope,
  type Refusal,
  type RenditionId,
  SegueError,
  type TrackId,
} from "@segue/core";
import { grantRequestCodec, grantResponseCodec } from "@segue/core/wire";
import { resolveUrl } from "../api/api-client";
import type { Transport } from "../api/transport";
import type { DeviceIdentity, RegisteredDevice } from "../device/registration";
import type { LicenseService } from "../license/license-service";

/** A grant whose key is ready to use. */
export interface OpenedGrant {
  readonly kind: "grant";
  readonly manifest: Manifest;
  readonly segmentKey: CryptoKey;
  /** How long the media URL works from the answer on, by the server's clock. */
  readonly urlLifetimeMs: Milliseconds;
}
export type GrantAnswer = OpenedGrant | { readonly kind: "refusal"; readonly refusal: Refusal };

/** Asks "may this device play this track, and with what?" and opens the answer. */
export interface Grants {
  request(
    trackId: TrackId,
    preferred: RenditionId | null,
    mark?: (step: string) => void,
  ): Promise<GrantAnswer>;
}

export interface GrantsOptions {
  readonly origin: string;
  readonly transport: Transport;
  readonly device: DeviceIdentity;
  readonly license: LicenseService;
  /** What this device can play, best first. */
  readonly codecs: () => Promise<readonly Codec[]>;
  /** Id of the user who listens. @throws SegueError `not_signed_in` */
  readonly userId: () => string;
}

export function createGrants({ origin, transport, device, license, codecs, userId }: GrantsOptions): Grants {
  async function ask(trackId: TrackId, preferred: RenditionId | null, registered: RegisteredDevice) {
    const item = preferred === null ? { trackId } : { trackId, preferredRenditionId: preferred };
    const answer = await transport.call({
      method: "POST",
      path: "/v1/playback/grants",
      json: grantRequestCodec.toJson({ deviceId: registered.id, items: [item], codecs: await codecs() }),
      // A grant changes nothing on the server, so that it may be asked for twice.
      idempotent: true,
    });
    return grantResponseCodec.fromJson(answer);
  }

  /** A server that forgot the device gets to know it again, once. */
  async function askAsDevice(trackId: TrackId, preferred: RenditionId | null) {
    const user = userId();
    const registered = await device.registered(user);
    try {
      return { registered, response: await ask(trackId, preferred, registered) };
    } catch (error) {
      if (!SegueError.is(error) || error.code !== "device_unknown") throw error;
      await device.forgotten(user);
      const again = await device.registered(user);
      return { registered: again, response: await ask(trackId, preferred, again) };
    }
  }

  return {
    async request(trackId, preferred, mark = () => undefined) {
      const { registered, response } = await askAsDevice(trackId, preferred);
      mark("grant");
      const result = response.results[0];
      if (result?.trackId !== trackId)
        throw new SegueError("protocol", { detail: "a grant for another track" });
      await license.open(registered.id);
      const accepted = license.accept(response.validity).then(() => mark("license"));
      if (result.kind === "refusal") {
        await accepted;
        return { kind: "refusal", refusal: result.refusal };
      }
      const { manifest, keyEnvelope } = result.grant;
      const [segmentKey] = await Promise.all([segmentKeyOf(manifest, keyEnvelope, registered), accepted]);
      mark("key");
      const media = { ...manifest.media, url: resolveUrl(origin, manifest.media.url) };
      const urlLifetimeMs = media.urlExpiresAtMs - response.serverTimeMs;
      return { kind: "grant", manifest: { ...manifest, media }, segmentKey, urlLifetimeMs };
    },
  };
}

async function segmentKeyOf(
  manifest: Manifest,
  envelope: KeyEnvelope,
  { id, keys }: RegisteredDevice,
): Promise<CryptoKey> {
  const contentKey = await openEnvelope(crypto, envelope, keys.agreement.privateKey, id);
  return (await deriveSegmentKey(crypto, contentKey, manifest.media.salt, manifest.renditionId)) as CryptoKey;
}
