/** A registered device, as most checks need one. */

import type { Answer } from "../models/answers";
import { type DeviceKeys, makeDeviceKeys, proofOf } from "../models/device";
import type { Execution } from "../runner/execution";
import type { Listener } from "../subjects/subject";

export const DEVICE_TYPES = ["web", "desktop", "mobile", "speaker", "tv", "other"] as const;
export type DeviceType = (typeof DEVICE_TYPES)[number];

/** A device that its listener registered. */
export interface RegisteredDevice extends DeviceKeys {
  readonly type: DeviceType;
}

/** Asks for a challenge. */
export async function challengeFor(run: Execution, listener: Listener): Promise<Buffer> {
  const answer = await run.http.post("/v1/devices/challenges", undefined, { token: listener.accessToken });
  const bytes = Buffer.from(String(answer.json?.challenge ?? ""), "base64");
  run.must(
    "LIC-003",
    answer.status === 201 && bytes.length === 32,
    "201 with 32 bytes",
    answer.json ?? answer.status,
  );
  run.must("LIC-003", Number.isFinite(answer.json?.expiresAt), "expiresAt", answer.json);
  return bytes;
}

/** The body of a registration; `change` spoils it. */
export function registration(
  keys: DeviceKeys,
  challenge: Buffer,
  type: string,
  encoding: "base64" | "base64url" = "base64",
): Record<string, string> {
  const text = (bytes: Buffer) => bytes.toString(encoding);
  return {
    name: "Conformance",
    type,
    identityKey: text(keys.identity.point),
    agreementKey: text(keys.agreement.point),
    challenge: text(challenge),
    proof: text(proofOf(keys, challenge)),
  };
}

/** Registers `keys` for `listener`. */
export async function registerKeys(
  run: Execution,
  listener: Listener,
  keys: DeviceKeys,
  type: string,
  encoding: "base64" | "base64url" = "base64",
): Promise<Answer> {
  const challenge = await challengeFor(run, listener);
  const body = registration(keys, challenge, type, encoding);
  return run.http.post("/v1/devices", body, { token: listener.accessToken, as: `/v1/devices {${type}}` });
}

/** A fresh device of `listener`; it is removed again where the listener stays. */
export async function registeredDevice(
  run: Execution,
  listener: Listener,
  type: DeviceType = "desktop",
): Promise<RegisteredDevice> {
  const keys = makeDeviceKeys();
  const answer = await registerKeys(run, listener, keys, type);
  run.must(
    "LIC-006",
    answer.status === 201,
    "201 for a proof made by the rule",
    answer.json ?? answer.status,
  );
  run.same("LIC-001", answer.json?.id, keys.id, "device id");
  if (!listener.fresh)
    run.later(() => run.http.ask("DELETE", `/v1/devices/${keys.id}`, { token: listener.accessToken }));
  return { ...keys, type };
}
