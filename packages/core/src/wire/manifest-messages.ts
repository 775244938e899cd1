/** How manifests map to the generated messages. */
import type * as gen from "../gen/proto/segue/playback/v1alpha1/playback_pb";
import type { Loudness, Manifest, MediaObject } from "../grants/manifest";
import { checkBytes, checkId, checkPresent, checkRange, checkSafe, checkText, Violation } from "./checks";
import { codecFromMessage, codecToMessage } from "./enums";

/** Bytes of a ciphertext segment in this version. */
const SEGMENT_BYTES = 16_384;
/** The shortest object: one byte and its tag. */
const MIN_OBJECT_BYTES = 17;
const HASH = /^[0-9a-f]{64}$/;
const URL_SHAPE = /^(\/(?!\/)|https?:\/\/)[\x21-\x7e]+$/;

export function manifestToMessage(manifest: Manifest): gen.Manifest {
  const { media } = manifest;
  return {
    ...manifest,
    codec: codecToMessage(manifest.codec),
    totalFrames: BigInt(manifest.totalFrames),
    loudness: { ...manifest.loudness },
    media: {
      ...media,
      byteLength: BigInt(media.byteLength),
      urlExpiresAtMs: BigInt(media.urlExpiresAtMs),
    },
  };
}

export function manifestFromMessage(message: gen.Manifest, at: string): Manifest {
  const channels = message.channels;
  if (channels !== 1 && channels !== 2) throw new Violation(`${at}/channels`, "must be 1 or 2");
  return {
    renditionId: checkId("rendition", message.renditionId, `${at}/renditionId`),
    trackId: checkId("track", message.trackId, `${at}/trackId`),
    codec: codecFromMessage(message.codec, `${at}/codec`),
    bitrateBps: checkRange(message.bitrateBps, 1, 10_000_000, `${at}/bitrateBps`),
    sampleRateHz: checkRange(message.sampleRateHz, 8_000, 192_000, `${at}/sampleRateHz`),
    channels,
    trimStartFrames: message.trimStartFrames,
    trimEndFrames: message.trimEndFrames,
    totalFrames: checkRange(
      checkSafe(message.totalFrames, `${at}/totalFrames`),
      1,
      2 ** 40,
      `${at}/totalFrames`,
    ),
    loudness: loudnessFromMessage(checkPresent(message.loudness, `${at}/loudness`), `${at}/loudness`),
    media: mediaFromMessage(checkPresent(message.media, `${at}/media`), `${at}/media`),
  };
}

function loudnessFromMessage(message: gen.Loudness, at: string): Loudness {
  return {
    trackLufs: checkRange(message.trackLufs, -100, 20, `${at}/trackLufs`),
    trackPeak: checkRange(message.trackPeak, 0, 1_000, `${at}/trackPeak`),
    albumLufs: checkRange(message.albumLufs, -100, 20, `${at}/albumLufs`),
    albumPeak: checkRange(message.albumPeak, 0, 1_000, `${at}/albumPeak`),
  };
}

function mediaFromMessage(message: gen.MediaObject, at: string): MediaObject {
  if (!HASH.test(message.hash)) throw new Violation(`${at}/hash`, "must be 64 lower-case hex digits");
  checkText(message.url, 2, 4_096, `${at}/url`);
  if (!URL_SHAPE.test(message.url))
    throw new Violation(`${at}/url`, "must be an http URL or an absolute path");
  return {
    hash: message.hash,
    byteLength: checkRange(
      checkSafe(message.byteLength, `${at}/byteLength`),
      MIN_OBJECT_BYTES,
      2 ** 40,
      `${at}/byteLength`,
    ),
    segmentBytes: checkRange(message.segmentBytes, SEGMENT_BYTES, SEGMENT_BYTES, `${at}/segmentBytes`),
    keyId: checkId("key", message.keyId, `${at}/keyId`),
    salt: checkBytes(message.salt, 32, 32, `${at}/salt`),
    noncePrefix: checkBytes(message.noncePrefix, 7, 7, `${at}/noncePrefix`),
    url: message.url,
    urlExpiresAtMs: checkSafe(message.urlExpiresAtMs, `${at}/urlExpiresAtMs`),
  };
}
