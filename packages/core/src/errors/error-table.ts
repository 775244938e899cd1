/** How an error may be met. `wire` errors travel in problem details; `local` ones never leave the client. */
export type ErrorScope = "wire" | "local";

interface ErrorRow {
  readonly scope: ErrorScope;
  /** HTTP status for wire errors; 0 for local ones. */
  readonly status: number;
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean;
  /** What happened, in one sentence. */
  readonly title: string;
  /** What the caller can do. */
  readonly remedy: string;
}

const wire = (status: number, retryable: boolean, title: string, remedy: string): ErrorRow => ({
  scope: "wire",
  status,
  retryable,
  title,
  remedy,
});
const local = (retryable: boolean, title: string, remedy: string): ErrorRow => ({
  scope: "local",
  status: 0,
  retryable,
  title,
  remedy,
});

/** The closed table of error codes. docs/spec/errors.md lists the same rows. */
export const ERROR_TABLE = {
  // Requests
  malformed_body: wire(400, false, "The body could not be parsed.", "Send well-formed JSON or protobuf."),
  invalid_request: wire(
    400,
    false,
    "The request does not match the specification.",
    "Mend the fields named in `errors`.",
  ),
  invalid_id: wire(400, false, "An id is not well formed.", "Use ids exactly as the server gave them."),
  unsupported_media_type: wire(
    415,
    false,
    "The content type is not accepted here.",
    "Send application/json or application/x-protobuf.",
  ),
  not_acceptable: wire(
    406,
    false,
    "No representation matches Accept.",
    "Accept application/json or application/x-protobuf.",
  ),
  body_too_large: wire(413, false, "The body is larger than allowed.", "Send fewer items per request."),
  method_not_allowed: wire(405, false, "The method is not allowed here.", "Use a method listed in Allow."),
  not_found: wire(404, false, "There is no such resource.", "Check the path and the id."),
  rate_limited: wire(429, true, "Too many requests.", "Wait as long as Retry-After says."),
  // Identity
  unauthenticated: wire(401, false, "No valid access token was presented.", "Sign in, or refresh the token."),
  token_expired: wire(
    401,
    true,
    "The access token has expired.",
    "Refresh the token and repeat the request.",
  ),
  forbidden: wire(403, false, "The token does not allow this.", "Sign in as a user who may do it."),
  // Devices
  device_unknown: wire(
    404,
    false,
    "The device is not registered for this user.",
    "Register the device, then repeat.",
  ),
  device_limit: wire(409, false, "The user has as many devices as allowed.", "Remove a device first."),
  device_proof_invalid: wire(
    400,
    false,
    "The proof of possession does not verify.",
    "Sign a fresh challenge with the device key.",
  ),
  challenge_expired: wire(
    400,
    true,
    "The challenge is unknown, used or expired.",
    "Ask for a new challenge.",
  ),
  // Media
  url_expired: wire(403, true, "The media URL has expired.", "Ask for a new grant."),
  url_tampered: wire(
    403,
    false,
    "The media URL's signature does not verify.",
    "Use the URL exactly as granted.",
  ),
  range_not_satisfiable: wire(
    416,
    false,
    "The range lies outside the media object.",
    "Ask for bytes below the length in Content-Range.",
  ),
  range_not_granted: wire(
    403,
    false,
    "The URL covers only the head of the object.",
    "Ask for a grant to read further.",
  ),
  media_missing: wire(404, true, "The media object is not in the store.", "Ask for a new grant."),
  // Server
  unavailable: wire(503, true, "The server cannot answer now.", "Wait as long as Retry-After says."),
  internal: wire(500, true, "The server failed.", "Repeat later; give the support id when you report it."),
  // Client: transport
  network: local(
    true,
    "The server could not be reached.",
    "Check the connection; the SDK retries by itself.",
  ),
  timeout: local(true, "The server did not answer in time.", "Repeat; the SDK retries by itself."),
  aborted: local(false, "The operation was cancelled.", "Nothing; it was asked for."),
  protocol: local(
    false,
    "The server's answer breaks the protocol.",
    "Check that the server speaks a supported version.",
  ),
  // Client: media
  segment_corrupt: local(
    true,
    "A segment does not authenticate: its bytes were changed.",
    "The SDK fetches it once more, then gives up.",
  ),
  media_truncated: local(
    true,
    "The media object ends before its last segment.",
    "The SDK fetches the rest, then gives up.",
  ),
  media_changed: local(
    false,
    "The server answered with another object than the manifest names.",
    "Ask for a new grant.",
  ),
  decode_failed: local(false, "The audio could not be decoded.", "Skip the track; report it to the service."),
  codec_unsupported: local(false, "This device cannot decode the codec.", "Ask for another codec."),
  trim_mismatch: local(
    false,
    "The decoder gave fewer frames than the manifest promises.",
    "Report it to the service; silence is played instead.",
  ),
  output_blocked: local(
    true,
    "The browser blocks sound until the listener acts.",
    "Call play() from a click or key press.",
  ),
  output_failed: local(true, "The audio output failed.", "Choose another output and play again."),
  // Client: license
  not_granted: local(false, "The service refused this track.", "Look at `refusal` for the reason."),
  envelope_not_for_device: local(
    false,
    "The key envelope belongs to another device.",
    "Ask for a grant with this device's id.",
  ),
  envelope_invalid: local(false, "The key envelope does not open.", "Ask for a new grant."),
  validity_invalid: local(
    false,
    "The validity's signature does not verify.",
    "Ask for a new validity from the service.",
  ),
  license_missing: local(false, "There is no license for this device.", "Go online and play once."),
  license_expired: local(false, "The license has expired.", "Go online to renew it."),
  license_revoked: local(
    false,
    "The right to this rendition was withdrawn.",
    "Remove it, or ask for another grant.",
  ),
  clock_tampered: local(
    false,
    "The device's clock was set back.",
    "Go online so that the server can prove the time.",
  ),
  // Recommendation
  kernel_unavailable: local(
    false,
    "This host cannot run the compiled kernel.",
    "Use the plain one, split the work, or choose a host with WebAssembly SIMD.",
  ),
  too_few_tracks: local(
    false,
    "There are not enough tracks to recommend.",
    "Offer something else, or try again when the catalog or the listener's history has grown.",
  ),
  no_seed: local(
    false,
    "Nothing is known of what the recommendation should start from.",
    "Start from a track or a name that the models know.",
  ),
  model_invalid: local(
    false,
    "The bytes are not a saved model of this version.",
    "Load another copy, or train the model again.",
  ),
  // Client: use
  not_signed_in: local(false, "Nobody is signed in.", "Call auth.signIn()."),
  sign_in_failed: local(true, "Signing in did not succeed.", "Try again; `detail` says where it stopped."),
  invalid_argument: local(false, "An argument is not allowed.", "See `detail`."),
  queue_empty: local(false, "There is nothing to play.", "Give the player a context or queue a track."),
  // Client: Connect
  device_unreachable: local(true, "The device is not connected.", "Choose another device, or wait for it."),
  conflict: local(true, "The session has changed meanwhile.", "Look at the session again, then decide."),
  restricted: local(false, "The session does not allow this now.", "See `detail` for the reason."),
  closed: local(false, "The client was closed.", "Create a new client."),
} as const satisfies Record<string, ErrorRow>;

/** A code of the closed table. */
export type ErrorCode = keyof typeof ERROR_TABLE;

/** Whether `value` is a code of the table. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(ERROR_TABLE, value);
}
