/** Grants, as several checks ask for them. */

import type { Answer } from "../models/answers";
import { openEnvelope } from "../models/protection";
import type { Execution } from "../runner/execution";
import type { Listener } from "../subjects/subject";
import type { RegisteredDevice } from "./register";

export const CODEC = { vorbis: "CODEC_VORBIS", aac: "CODEC_AAC" } as const;
export type CodecName = keyof typeof CODEC;

/** The body of a grant request. */
export interface GrantAsk {
  readonly trackIds: readonly string[];
  readonly codecs: readonly CodecName[];
  readonly maxBitrateBps?: number | undefined;
  readonly preferred?: readonly (string | undefined)[] | undefined;
}

/** Asks for grants. */
export function askGrants(
  run: Execution,
  listener: Listener,
  deviceId: string,
  ask: GrantAsk,
): Promise<Answer> {
  const items = ask.trackIds.map((trackId, i) => {
    const preferredRenditionId = ask.preferred?.[i];
    return { trackId, ...(preferredRenditionId ? { preferredRenditionId } : {}) };
  });
  const body = {
    deviceId,
    items,
    codecs: ask.codecs.map((codec) => CODEC[codec]),
    ...(ask.maxBitrateBps === undefined ? {} : { maxBitrateBps: ask.maxBitrateBps }),
  };
  return run.http.post("/v1/playback/grants", body, {
    token: listener.accessToken,
    as: `/v1/playback/grants {${ask.trackIds.length} ${ask.trackIds.length === 1 ? "track" : "tracks"}, ${ask.codecs.join(" ")}${ask.maxBitrateBps ? `, at most ${ask.maxBitrateBps} bps` : ""}}`,
  });
}

/** A manifest's media object, its numbers read. */
export interface GrantedMedia {
  readonly renditionId: string;
  readonly trackId: string;
  readonly codec: CodecName;
  readonly tier: number;
  readonly hash: string;
  readonly byteLength: number;
  readonly keyId: string;
  readonly salt: Buffer;
  readonly noncePrefix: Buffer;
  readonly url: string;
  readonly urlExpiresAtMs: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are judged, not trusted
  readonly manifest: any;
  // biome-ignore lint/suspicious/noExplicitAny: answers are judged, not trusted
  readonly envelope: any;
}

const bytes = (value: unknown) => Buffer.from(typeof value === "string" ? value : "", "base64");

/** The grant in a result of the canonical JSON mapping, where absent numbers are 0. */
// biome-ignore lint/suspicious/noExplicitAny: answers are judged, not trusted
export function readGrant(result: any): GrantedMedia | null {
  const manifest = result?.grant?.manifest;
  if (!manifest?.media) return null;
  const { media } = manifest;
  return {
    renditionId: String(manifest.renditionId ?? ""),
    trackId: String(manifest.trackId ?? ""),
    codec: manifest.codec === "CODEC_AAC" ? "aac" : "vorbis",
    tier: Number(manifest.bitrateBps ?? 0) / 1000,
    hash: String(media.hash ?? ""),
    byteLength: Number(media.byteLength ?? 0),
    keyId: String(media.keyId ?? ""),
    salt: bytes(media.salt),
    noncePrefix: bytes(media.noncePrefix),
    url: String(media.url ?? ""),
    urlExpiresAtMs: Number(media.urlExpiresAtMs ?? 0),
    manifest,
    envelope: result.grant.keyEnvelope ?? {},
  };
}

/** The grant of one track, which must be given. */
export async function grantOf(
  run: Execution,
  listener: Listener,
  device: RegisteredDevice,
  trackId: string,
  ask: Partial<GrantAsk> = {},
): Promise<GrantedMedia> {
  const answer = await askGrants(run, listener, device.id, {
    trackIds: [trackId],
    codecs: ["vorbis", "aac"],
    ...ask,
  });
  const grant = readGrant(answer.json?.results?.[0]);
  if (!grant) run.notTestable(`no grant for a track that has a head (${answer.status})`);
  return grant;
}

/** The content key of a grant, opened by the rules. */
export function contentKeyOf(run: Execution, device: RegisteredDevice, grant: GrantedMedia): Buffer {
  const { envelope } = grant;
  const ids = { deviceId: device.id, keyId: grant.keyId, renditionId: grant.renditionId };
  const wrapped = bytes(envelope.wrappedKey);
  run.must("LIC-014", wrapped.length === 40, "a wrapped key of 40 bytes", wrapped.length);
  const key = openEnvelope(device.agreement.privateKey, bytes(envelope.ephemeralPublicKey), wrapped, ids);
  run.must(
    "LIC-013",
    key !== null,
    "an envelope that opens with the device's agreement key",
    "it does not unwrap",
  );
  run.must("LIC-014", key?.length === 32, "a content key of 32 bytes", key?.length);
  return key!;
}
