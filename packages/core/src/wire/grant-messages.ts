/** How grant requests and answers map to the generated messages. */
import type * as gen from "../gen/proto/segue/playback/v1alpha1/playback_pb";
import type { Grant, GrantRequest, GrantResponse, GrantResult, Refusal } from "../grants/manifest";
import { checkCount, checkDistinct, checkId, checkPresent, checkSafe, checkText, Violation } from "./checks";
import { codecFromMessage, codecToMessage, reasonFromMessage, reasonToMessage } from "./enums";
import {
  envelopeFromMessage,
  envelopeToMessage,
  signedFromMessage,
  signedToMessage,
} from "./license-messages";
import { manifestFromMessage, manifestToMessage } from "./manifest-messages";

/** Most items of one grant request. */
export const MAX_GRANT_ITEMS = 50;

export function grantRequestToMessage(request: GrantRequest): gen.GrantRequest {
  return {
    deviceId: request.deviceId,
    items: request.items.map((item) => ({
      trackId: item.trackId,
      preferredRenditionId: item.preferredRenditionId ?? "",
    })),
    codecs: request.codecs.map(codecToMessage),
    maxBitrateBps: request.maxBitrateBps ?? 0,
  };
}

export function grantRequestFromMessage(message: gen.GrantRequest): GrantRequest {
  const items = checkCount(message.items, 1, MAX_GRANT_ITEMS, "/items").map((item, i) => {
    const trackId = checkId("track", item.trackId, `/items/${i}/trackId`);
    if (item.preferredRenditionId === "") return { trackId };
    const pointer = `/items/${i}/preferredRenditionId`;
    return { trackId, preferredRenditionId: checkId("rendition", item.preferredRenditionId, pointer) };
  });
  checkDistinct(
    items.map((item) => item.trackId),
    "/items",
  );
  const codecs = checkCount(message.codecs, 1, 8, "/codecs").map((codec, i) =>
    codecFromMessage(codec, `/codecs/${i}`),
  );
  return {
    deviceId: checkId("device", message.deviceId, "/deviceId"),
    items,
    codecs: checkDistinct(codecs, "/codecs"),
    ...(message.maxBitrateBps > 0 ? { maxBitrateBps: message.maxBitrateBps } : {}),
  };
}

export function grantResponseToMessage(response: GrantResponse): gen.GrantResponse {
  return {
    results: response.results.map(resultToMessage),
    validity: signedToMessage(response.validity),
    serverTimeMs: BigInt(response.serverTimeMs),
  };
}

export function grantResponseFromMessage(message: gen.GrantResponse): GrantResponse {
  return {
    results: checkCount(message.results, 1, MAX_GRANT_ITEMS, "/results").map((result, i) =>
      resultFromMessage(result, `/results/${i}`),
    ),
    validity: signedFromMessage(message.validity, "/validity"),
    serverTimeMs: checkSafe(message.serverTimeMs, "/serverTimeMs"),
  };
}

function resultToMessage(result: GrantResult): gen.GrantResult {
  const { trackId } = result;
  if (result.kind === "refusal")
    return { trackId, outcome: { oneofKind: "refusal", refusal: refusalToMessage(result.refusal) } };
  const { manifest, keyEnvelope } = result.grant;
  const grant = { manifest: manifestToMessage(manifest), keyEnvelope: envelopeToMessage(keyEnvelope) };
  return { trackId, outcome: { oneofKind: "grant", grant } };
}

function resultFromMessage(message: gen.GrantResult, at: string): GrantResult {
  const trackId = checkId("track", message.trackId, `${at}/trackId`);
  const { outcome } = message;
  if (outcome.oneofKind === "refusal")
    return { trackId, kind: "refusal", refusal: refusalFromMessage(outcome.refusal, `${at}/refusal`) };
  if (outcome.oneofKind !== "grant") throw new Violation(at, "must have a grant or a refusal");
  const grant = grantFromMessage(outcome.grant, `${at}/grant`);
  if (grant.manifest.trackId !== trackId) throw new Violation(`${at}/grant`, "must be for the same track");
  return { trackId, kind: "grant", grant };
}

function grantFromMessage(message: gen.Grant, at: string): Grant {
  const manifest = manifestFromMessage(checkPresent(message.manifest, `${at}/manifest`), `${at}/manifest`);
  const envelopeAt = `${at}/keyEnvelope`;
  const keyEnvelope = envelopeFromMessage(checkPresent(message.keyEnvelope, envelopeAt), envelopeAt);
  if (keyEnvelope.renditionId !== manifest.renditionId || keyEnvelope.keyId !== manifest.media.keyId)
    throw new Violation(envelopeAt, "must open the manifest's rendition");
  return { manifest, keyEnvelope };
}

function refusalToMessage(refusal: Refusal): gen.Refusal {
  return {
    reason: reasonToMessage(refusal.reason),
    message: refusal.message,
    retryAfterMs: refusal.retryAfterMs ?? 0,
    availableAtMs: BigInt(refusal.availableAtMs ?? 0),
  };
}

function refusalFromMessage(message: gen.Refusal, at: string): Refusal {
  const availableAtMs = checkSafe(message.availableAtMs, `${at}/availableAtMs`);
  return {
    reason: reasonFromMessage(message.reason),
    message: checkText(message.message, 0, 1_000, `${at}/message`),
    ...(message.retryAfterMs > 0 ? { retryAfterMs: message.retryAfterMs } : {}),
    ...(availableAtMs > 0 ? { availableAtMs } : {}),
  };
}
