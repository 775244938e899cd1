import type { ErrorCode } from "../errors/error-table";
import type { Validity } from "../grants/manifest";
import type { DeviceId, KeyId } from "../ids";
import type { Milliseconds } from "../units";
import {
  applyProof,
  type ClockReading,
  EMPTY_CLOCK,
  isSetBack,
  observe,
  type TrustedClock,
  trustedNow,
} from "./trusted-clock";

/** A license is renewed at most this often. */
const RENEW_INTERVAL_MS: Milliseconds = 86_400_000;

/** State of a device's license. Plain data: it is stored and sent between threads. */
export interface LicenseState {
  readonly deviceId: DeviceId | null;
  readonly validity: Validity | null;
  readonly clock: TrustedClock;
  /** Set once a clock that was set back has been seen; only a time proof releases it. */
  readonly tamperHold: boolean;
}

export const EMPTY_LICENSE: LicenseState = {
  deviceId: null,
  validity: null,
  clock: EMPTY_CLOCK,
  tamperHold: false,
};

/** What happened to a license. Signatures are verified before an input is made. */
export type LicenseInput =
  | { readonly type: "device"; readonly deviceId: DeviceId }
  | { readonly type: "validity"; readonly validity: Validity; readonly reading: ClockReading }
  | { readonly type: "proof"; readonly serverMs: Milliseconds; readonly reading: ClockReading }
  | { readonly type: "tick"; readonly reading: ClockReading }
  | { readonly type: "forget" };

/** The license after `input`. A validity of another device, or not newer than the one held, changes nothing. */
export function licenseStep(state: LicenseState, input: LicenseInput): LicenseState {
  switch (input.type) {
    case "device":
      return state.deviceId === input.deviceId
        ? state
        : { ...EMPTY_LICENSE, clock: state.clock, deviceId: input.deviceId };
    case "validity": {
      const held = state.validity;
      if (input.validity.deviceId !== state.deviceId) return state;
      if (held !== null && input.validity.seq <= held.seq) return state;
      return tick({ ...state, validity: input.validity }, input.reading);
    }
    case "proof":
      return { ...state, clock: applyProof(input.serverMs, input.reading), tamperHold: false };
    case "tick":
      return tick(state, input.reading);
    case "forget":
      return { ...EMPTY_LICENSE, clock: state.clock, tamperHold: state.tamperHold };
  }
}

function tick(state: LicenseState, reading: ClockReading): LicenseState {
  const tamperHold = state.tamperHold || isSetBack(state.clock, reading);
  const clock = observe(state.clock, reading);
  return tamperHold === state.tamperHold && clock === state.clock ? state : { ...state, tamperHold, clock };
}

export type LicenseStatus = "none" | "valid" | "renew_due" | "expired" | "tamper_hold";

/** Where the license stands at a reading of the clocks. */
export function licenseStatus(state: LicenseState, reading: ClockReading): LicenseStatus {
  if (state.tamperHold || isSetBack(state.clock, reading)) return "tamper_hold";
  if (state.validity === null) return "none";
  const now = trustedNow(state.clock, reading);
  if (now >= state.validity.notAfterMs) return "expired";
  return now >= state.validity.renewAfterMs ? "renew_due" : "valid";
}

/** Answer of the gate. */
export type GateAnswer = { readonly open: true } | { readonly open: false; readonly code: ErrorCode };

const CLOSED: Readonly<Record<Exclude<LicenseStatus, "valid" | "renew_due">, ErrorCode>> = {
  none: "license_missing",
  expired: "license_expired",
  tamper_hold: "clock_tampered",
};

/** May a segment under `keyId` be decrypted at this reading? Asked before each segment. */
export function gate(state: LicenseState, keyId: KeyId, reading: ClockReading): GateAnswer {
  const status = licenseStatus(state, reading);
  if (status !== "valid" && status !== "renew_due") return { open: false, code: CLOSED[status] };
  if (state.validity?.revokedKeyIds.includes(keyId)) return { open: false, code: "license_revoked" };
  return { open: true };
}

/** Whether a fresh validity should be asked for now: when it is due or missing, at most once a day otherwise. */
export function shouldRenew(state: LicenseState, reading: ClockReading): boolean {
  const status = licenseStatus(state, reading);
  if (status === "tamper_hold") return false;
  if (status !== "valid") return true;
  return trustedNow(state.clock, reading) - (state.validity?.issuedAtMs ?? 0) >= RENEW_INTERVAL_MS;
}
