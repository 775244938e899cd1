import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildValidity, numberedId } from "../testing/builders";
import {
  EMPTY_LICENSE,
  gate,
  type LicenseInput,
  type LicenseState,
  licenseStatus,
  licenseStep,
  shouldRenew,
} from "./license";
import { CLOCK_TOLERANCE_MS, trustedNow } from "./trusted-clock";

const device = numberedId("device", 1);
const key = numberedId("key", 1);
const HOUR = 3_600_000;
const at = (wallMs: number, monotonicMs = wallMs, bootId = "boot") => ({ wallMs, monotonicMs, bootId });
const steps = (...inputs: LicenseInput[]) =>
  inputs.reduce(licenseStep, licenseStep(EMPTY_LICENSE, { type: "device", deviceId: device }));
const held = (over = {}) => steps({ type: "validity", validity: buildValidity(1, over), reading: at(0) });

const reading = fc.record({
  wallMs: fc.nat(10 * HOUR),
  monotonicMs: fc.nat(10 * HOUR),
  bootId: fc.constantFrom("a", "b"),
});
const input: fc.Arbitrary<LicenseInput> = fc.oneof(
  fc.record({
    type: fc.constant("validity" as const),
    validity: fc
      .tuple(fc.nat(9), fc.nat(9 * HOUR))
      .map(([seq, notAfterMs]) => buildValidity(seq, { notAfterMs, revokedKeyIds: seq % 3 ? [] : [key] })),
    reading,
  }),
  fc.record({ type: fc.constant("tick" as const), reading }),
  fc.record({ type: fc.constant("proof" as const), serverMs: fc.nat(10 * HOUR), reading }),
);

describe("license", () => {
  test("goes from none to valid, due and expired, and is renewed", () => {
    expect(gate(steps(), key, at(0))).toEqual({ open: false, code: "license_missing" });
    const state = held();
    expect(licenseStatus(state, at(1))).toBe("valid");
    expect(licenseStatus(state, at(HOUR / 2))).toBe("renew_due");
    expect(gate(state, key, at(HOUR - 1))).toEqual({ open: true });
    expect(gate(state, key, at(HOUR))).toEqual({ open: false, code: "license_expired" });
    const renewed = licenseStep(state, {
      type: "validity",
      validity: buildValidity(2, { notAfterMs: 9 * HOUR, renewAfterMs: 8 * HOUR }),
      reading: at(HOUR),
    });
    expect(gate(renewed, key, at(HOUR))).toEqual({ open: true });
  });
  test("a revoked key is closed while others stay open", () => {
    const state = held({ revokedKeyIds: [key] });
    expect(gate(state, key, at(1))).toEqual({ open: false, code: "license_revoked" });
    expect(gate(state, numberedId("key", 2), at(1))).toEqual({ open: true });
  });
  test("another device's validity is not taken", () => {
    const state = steps({
      type: "validity",
      validity: buildValidity(1, { deviceId: numberedId("device", 2) }),
      reading: at(0),
    });
    expect(state.validity).toBeNull();
  });
  test("a clock set back by more than 5 minutes holds, and only a proof releases it", () => {
    const seen = licenseStep(held(), { type: "tick", reading: at(HOUR / 2) });
    expect(gate(seen, key, at(HOUR / 2 - CLOCK_TOLERANCE_MS)).open).toBe(true);
    const back = at(HOUR / 2 - CLOCK_TOLERANCE_MS - 1);
    expect(gate(seen, key, back)).toEqual({ open: false, code: "clock_tampered" });
    const holding = licenseStep(seen, { type: "tick", reading: back });
    expect(gate(holding, key, at(HOUR / 2))).toEqual({ open: false, code: "clock_tampered" });
    const proven = licenseStep(holding, { type: "proof", serverMs: HOUR / 4, reading: back });
    expect(gate(proven, key, back)).toEqual({ open: true });
  });
  test("a wall clock that stands still or runs back does not lengthen a license in one boot", () => {
    const proven = licenseStep(held(), { type: "proof", serverMs: 0, reading: at(0) });
    expect(gate(proven, key, at(0, HOUR))).toEqual({ open: false, code: "license_expired" });
  });
  test("is renewed at most daily unless due", () => {
    const state = held({ notAfterMs: 720 * HOUR, renewAfterMs: 600 * HOUR });
    expect(shouldRenew(state, at(23 * HOUR))).toBe(false);
    expect(shouldRenew(state, at(24 * HOUR))).toBe(true);
    expect(shouldRenew(steps(), at(0))).toBe(true);
  });
  test("seq never falls, only a proof lowers trusted time, state is plain data", () =>
    fc.assert(
      fc.property(fc.array(input, { maxLength: 30 }), (inputs) => {
        let state: LicenseState = steps();
        for (const each of inputs) {
          const next = licenseStep(state, each);
          expect(next.validity?.seq ?? -1).toBeGreaterThanOrEqual(state.validity?.seq ?? -1);
          if (each.type !== "proof") {
            expect(next.clock.highWaterMs).toBeGreaterThanOrEqual(state.clock.highWaterMs);
            if (state.tamperHold) expect(next.tamperHold).toBe(true);
          }
          expect(trustedNow(next.clock, at(0, 0, "c"))).toBeGreaterThanOrEqual(next.clock.highWaterMs);
          expect(structuredClone(next)).toEqual(next);
          state = next;
        }
      }),
    ));
  test("an open gate stays within the validity, and time alone never opens a closed one", () =>
    fc.assert(
      fc.property(
        fc.array(input, { maxLength: 10 }),
        fc.nat(9 * HOUR),
        fc.nat(HOUR),
        (inputs, wall, later) => {
          const state = inputs.reduce(licenseStep, steps());
          const now = { wallMs: wall, monotonicMs: 10 * HOUR, bootId: "a" };
          const then = { ...now, wallMs: wall + later, monotonicMs: now.monotonicMs + later };
          const ticked = licenseStep(state, { type: "tick", reading: now });
          if (gate(state, key, now).open)
            expect(trustedNow(state.clock, now)).toBeLessThan(state.validity!.notAfterMs);
          else expect(gate(ticked, key, then).open).toBe(false);
        },
      ),
    ));
});
