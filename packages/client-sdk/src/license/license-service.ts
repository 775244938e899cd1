import {
  type ClockReading,
  type DeviceId,
  EMPTY_LICENSE,
  type LicenseInput,
  type LicenseState,
  type LicenseStatus,
  licenseStatus,
  licenseStep,
  SegueError,
  type SignedPayload,
  shouldRenew,
  timeProofSignedBytes,
  trustedNow,
  validitySignedBytes,
  verifyEd25519,
} from "@segue/core";
import {
  signedTimeProofCodec,
  timeProofCodec,
  timeProofRequestCodec,
  validityCodec,
  validityRequestCodec,
  validityResponseCodec,
} from "@segue/core/wire";
import type { Transport } from "../api/transport";
import type { Clock } from "../ports/clock";
import type { IndexStore } from "../ports/index-store";
import type { ServerKeys } from "./server-keys";
import { parseStoredLicense } from "./stored-license";

/** The license of this device: verified, persisted, renewed. */
export interface LicenseService {
  readonly state: LicenseState;
  status(): LicenseStatus;
  /** Trusted time minus the wall clock. */
  clockOffsetMs(): number;
  /** Takes the device's stored license into use. */
  open(deviceId: DeviceId): Promise<void>;
  /** Verifies and keeps a validity; proves the time when the clock was set back. @throws SegueError `validity_invalid` */
  accept(signed: SignedPayload): Promise<void>;
  /** Lets the license see the clocks, and keeps the latest time that it believes. */
  observe(): Promise<void>;
  /** Asks for a fresh validity when one is due. */
  renewIfDue(): Promise<void>;
  forget(): Promise<void>;
}

export interface LicenseServiceOptions {
  readonly transport: Transport;
  readonly keys: ServerKeys;
  readonly index: IndexStore;
  readonly clock: Clock;
  /** Names this run of the program: monotonic time is comparable within it. */
  readonly bootId: string;
  readonly onChange: (state: LicenseState) => void;
}

const KEY = "license";

export function createLicenseService(options: LicenseServiceOptions): LicenseService {
  const { transport, keys, index, clock, bootId, onChange } = options;
  let state = EMPTY_LICENSE;
  let opened: Promise<void> | null = null;

  const reading = (): ClockReading => ({ wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs(), bootId });

  async function apply(input: LicenseInput): Promise<void> {
    const next = licenseStep(state, input);
    if (next === state) return;
    state = next;
    onChange(state);
    await index.put(KEY, state);
  }

  async function observe(): Promise<void> {
    // Before the stored license is here, there is nothing to keep, and it must not be overwritten.
    if (state.deviceId !== null) await apply({ type: "tick", reading: reading() });
  }

  async function load(deviceId: DeviceId): Promise<void> {
    const stored = parseStoredLicense(await index.get(KEY).catch(() => null));
    if (stored) state = stored;
    await apply({ type: "device", deviceId });
    await observe();
    onChange(state);
  }

  async function verify(signed: SignedPayload, bytes: Uint8Array): Promise<void> {
    const key = await keys.find(signed.signingKeyId);
    if (!(await verifyEd25519(crypto, key, signed.signature, bytes)))
      throw new SegueError("validity_invalid");
  }

  /** Only the server's fresh signature releases a clock that was set back. */
  async function proveTime(): Promise<void> {
    const { deviceId } = state;
    if (deviceId === null) return;
    const nonce = crypto.getRandomValues(new Uint8Array(32));
    const answer = await transport.call({
      method: "POST",
      path: "/v1/license/time-proofs",
      json: timeProofRequestCodec.toJson({ deviceId, nonce }),
      idempotent: true,
    });
    const signed = signedTimeProofCodec.fromJson(answer);
    await verify(signed, timeProofSignedBytes(signed.payload));
    const proof = timeProofCodec.fromBytes(signed.payload);
    const fresh = proof.deviceId === deviceId && nonce.every((byte, i) => proof.nonce[i] === byte);
    if (!fresh || proof.nonce.length !== nonce.length) {
      throw new SegueError("validity_invalid", { detail: "the time proof answers another request" });
    }
    await apply({ type: "proof", serverMs: proof.timeMs, reading: reading() });
  }

  async function accept(signed: SignedPayload): Promise<void> {
    await verify(signed, validitySignedBytes(signed.payload));
    const validity = validityCodec.fromBytes(signed.payload);
    await apply({ type: "validity", validity, reading: reading() });
    if (licenseStatus(state, reading()) === "tamper_hold") await proveTime();
  }

  return {
    get state() {
      return state;
    },
    status: () => licenseStatus(state, reading()),
    clockOffsetMs: () => trustedNow(state.clock, reading()) - clock.wallMs(),
    open(deviceId) {
      if (state.deviceId === deviceId) return Promise.resolve();
      opened = (opened ?? Promise.resolve()).catch(() => undefined).then(() => load(deviceId));
      return opened;
    },
    accept,
    observe,
    async renewIfDue() {
      await observe();
      if (state.deviceId === null) return;
      if (licenseStatus(state, reading()) === "tamper_hold") await proveTime();
      if (!shouldRenew(state, reading())) return;
      const answer = await transport.call({
        method: "POST",
        path: "/v1/license/validity",
        json: validityRequestCodec.toJson({ deviceId: state.deviceId, heldSeq: state.validity?.seq ?? 0 }),
        idempotent: true,
      });
      await accept(validityResponseCodec.fromJson(answer).validity);
    },
    forget: () => apply({ type: "forget" }),
  };
}
