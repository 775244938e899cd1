import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ERROR_TABLE, type ErrorCode } from "../errors/error-table";
import { decideRecovery, type FailedAt, type Failure } from "./recover";

const CODES = Object.keys(ERROR_TABLE) as ErrorCode[];
const PLACES: readonly FailedAt[] = ["call", "range", "grant", "item"];
const code = fc.constantFrom(...CODES);
const place = fc.constantFrom(...PLACES);
const failure = fc.record<Failure>({
  code,
  failures: fc.integer({ min: 1, max: 40 }),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  retryAfterMs: fc.option(fc.nat(600_000), { nil: undefined }),
  repeatable: fc.boolean(),
});

/** What is done about `code` when it comes again and again: the waits, then how it ends. */
function course(at: FailedAt, failed: Omit<Failure, "failures">): (number | string)[] {
  const seen: (number | string)[] = [];
  for (let failures = 1; ; failures++) {
    const recovery = decideRecovery(at, { ...failed, failures });
    seen.push(recovery.kind === "retry" ? recovery.afterMs : recovery.kind);
    if (recovery.kind !== "retry" && recovery.kind !== "refresh_grant") return seen;
  }
}

describe("recovery", () => {
  test("a call waits below a bound that doubles, and ends after three retries", () => {
    const error = { code: "unavailable" as const, random: 0.999 };
    expect(course("call", error)).toEqual([249, 499, 999, "stop"]);
    expect(course("call", { ...error, random: 0, retryAfterMs: 7_000 })).toEqual([
      7_000,
      7_000,
      7_000,
      "stop",
    ]);
    expect(course("call", { ...error, random: 0, retryAfterMs: 60_000 })).toEqual(["stop"]);
    expect(course("call", { code: "not_found", random: 0 })).toEqual(["stop"]);
    expect(course("call", { code: "token_expired", random: 0 })).toEqual(["stop"]);
  });
  test("a call that must not be repeated is, when it was turned away, and only then", () =>
    fc.assert(
      fc.property(code, (each) => {
        const { kind } = decideRecovery("call", { code: each, failures: 1, repeatable: false });
        expect(kind).toBe(each === "rate_limited" || each === "unavailable" ? "retry" : "stop");
      }),
    ));
  test("a range waits between half its bound and all of it, and ends after five retries", () => {
    expect(course("range", { code: "network", random: 0 })).toEqual([100, 200, 400, 800, 1_600, "stop"]);
    expect(course("range", { code: "network" })).toEqual([200, 400, 800, 1_600, 3_200, "stop"]);
    const busy = { code: "rate_limited" as const, random: 0, retryAfterMs: 600 };
    expect(course("range", busy)).toEqual([600, 600, 600, 800, 1_600, "stop"]);
    expect(course("range", { code: "url_expired" })).toEqual(["stop"]);
    expect(course("range", { code: "media_missing" })).toEqual(["stop"]);
  });
  test("a grant is asked for again six times, an item five times", () => {
    const waits = [1_000, 2_000, 4_000, 8_000, 16_000];
    expect(course("grant", { code: "network" })).toEqual([...waits, 30_000, "stop"]);
    expect(course("item", { code: "network" })).toEqual([...waits, "stop"]);
  });
  test("an item whose URL works no more gets two fresh ones, then it is skipped", () => {
    const refreshed = CODES.filter((each) => course("item", { code: each })[0] === "refresh_grant");
    expect(refreshed).toEqual(["url_expired", "url_tampered", "range_not_granted", "media_missing"]);
    for (const each of refreshed)
      expect(course("item", { code: each })).toEqual(["refresh_grant", "refresh_grant", "skip"]);
  });
  test("an object that is shorter than its manifest (416) is fetched again, then skipped", () => {
    expect(course("range", { code: "media_truncated", random: 0 })).toHaveLength(6);
    expect(course("item", { code: "media_truncated" })).toEqual(["skip"]);
  });
  test("an item waits for its license, and is skipped when it can never be played", () => {
    const items = (kind: string) => CODES.filter((each) => course("item", { code: each })[0] === kind);
    expect(items("expired")).toEqual(["license_missing", "license_expired", "clock_tampered"]);
    expect(items("skip").sort()).toEqual(
      [
        "segment_corrupt",
        "media_truncated",
        "media_changed",
        "decode_failed",
        "codec_unsupported",
        "not_granted",
        "envelope_not_for_device",
        "envelope_invalid",
        "license_revoked",
      ].sort(),
    );
  });
  test("grants, and what else is said not to be final, are retried wherever the error table allows it", () =>
    fc.assert(
      fc.property(code, (each) => {
        const { retryable } = ERROR_TABLE[each];
        const first = (at: FailedAt) => decideRecovery(at, { code: each, failures: 1 }).kind;
        expect(first("grant")).toBe(retryable ? "retry" : "stop");
        expect(first("call")).toBe(retryable && each !== "token_expired" ? "retry" : "stop");
        const sameUrl = each === "url_expired" || each === "media_missing";
        expect(first("range")).toBe(retryable && !sameUrl ? "retry" : "stop");
      }),
    ));
  test("everything ends: nothing is retried without end, nor before the server wants it", () =>
    fc.assert(
      fc.property(place, failure, (at, failed) => {
        const recovery = decideRecovery(at, failed);
        if (failed.failures > 6) expect(["stop", "skip", "expired"]).toContain(recovery.kind);
        if (recovery.kind === "retry")
          expect(recovery.afterMs).toBeGreaterThanOrEqual(failed.retryAfterMs ?? 0);
      }),
    ));
});
