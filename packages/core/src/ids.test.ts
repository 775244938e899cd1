import fc from "fast-check";
import { expect, test } from "vitest";
import { ERROR_TABLE, type ErrorCode, isErrorCode } from "./errors/error-table";
import { SegueError } from "./errors/segue-error";
import { ensureId, idFromBytes, isId } from "./ids";
import { decibelsToLinear, framesToMs, msToFrames } from "./units";
import { utf8 } from "./utf8";

/** The bytes that an id carries, read digit by digit. */
function bytesOf(id: string): Uint8Array {
  const digits = [...id.slice(4)].map((char) => "0123456789abcdefghjkmnpqrstvwxyz".indexOf(char));
  const bits = digits
    .map((digit) => digit.toString(2).padStart(5, "0"))
    .join("")
    .slice(2);
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(bits.slice(8 * i, 8 * i + 8), 2));
}

test("ids carry their 16 bytes there and back", () =>
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const id = idFromBytes("track", bytes);
      expect(isId("track", id)).toBe(true);
      expect(isId("album", id)).toBe(false);
      expect(bytesOf(id)).toEqual(bytes);
    }),
  ));
test("what is not an id is refused", () => {
  fc.assert(fc.property(fc.anything(), (value) => !isId("track", value)));
  for (const value of [
    "trk_",
    `trk_8${"0".repeat(25)}`,
    `trk_0${"i".repeat(25)}`,
    `TRK_${"0".repeat(26)}`,
    `trk_${"0".repeat(26)}\n`,
  ]) {
    expect(() => ensureId("track", value)).toThrow(expect.objectContaining({ code: "invalid_id" }));
  }
});
test("UTF-8 agrees with the platform's", () => {
  const encoder = new TextEncoder();
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect([...utf8(text)]).toEqual([...encoder.encode(text)]);
    }),
  );
  expect([...utf8("a\ud800b")]).toEqual([...encoder.encode("a\ud800b")]);
});
test("every error has a title and a remedy, wire ones a status", () => {
  for (const [code, row] of Object.entries(ERROR_TABLE)) {
    expect(row.title && row.remedy, code).toBeTruthy();
    expect(row.status >= 400, code).toBe(row.scope === "wire");
    const error = new SegueError(code as ErrorCode);
    expect(SegueError.is(error) && SegueError.from(error, "internal") === error).toBe(true);
  }
  expect(isErrorCode("toString")).toBe(false);
  expect(SegueError.from(new Error("x"), "network").code).toBe("network");
});
test("frames and milliseconds, decibels and factors agree", () =>
  fc.assert(
    fc.property(fc.nat(48_000 * 3600), (frames) => {
      expect(Math.abs(msToFrames(framesToMs(frames, 44_100), 44_100) - frames)).toBeLessThanOrEqual(1);
      expect(20 * Math.log10(decibelsToLinear(-6))).toBeCloseTo(-6);
    }),
  ));
