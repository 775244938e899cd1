/** The body of POST /v1/devices. */
import { type DeviceKeys, type DeviceRegistration, SegueError } from "@segue/core";
import { deviceRegistrationSchema } from "@segue/core/wire";
import { readBody } from "../../http/read-body";

/** What a device says about itself, its bytes decoded. */
export interface Registration extends DeviceKeys, Pick<DeviceRegistration, "name" | "type"> {
  readonly challenge: Uint8Array;
  /** Raw r ‖ s, 64 bytes. */
  readonly proof: Uint8Array;
}

/** Base64 of either alphabet. */
const bytes = (text: string) => new Uint8Array(Buffer.from(text, "base64"));

/** Reads `body`. @throws SegueError `malformed_body`, `invalid_request` */
export function readRegistration(body: unknown): Registration {
  if (typeof body !== "object" || body === null) throw new SegueError("malformed_body");
  const given = readBody(deviceRegistrationSchema, body);
  return {
    name: given.name.trim(),
    type: given.type,
    identityKey: bytes(given.identityKey),
    agreementKey: bytes(given.agreementKey),
    challenge: bytes(given.challenge),
    proof: bytes(given.proof),
  };
}
