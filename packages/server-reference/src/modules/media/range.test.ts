import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseRange } from "./range";

/** The bytes that a spec selects, by walking them all. */
function model(spec: { first?: number; last?: number; suffix?: number }, length: number): number[] {
  const all = Array.from({ length }, (_, i) => i);
  if (spec.suffix !== undefined) return all.filter((i) => i >= length - spec.suffix!);
  return all.filter((i) => i >= spec.first! && (spec.last === undefined || i <= spec.last));
}

const small = fc.nat({ max: 60 });
const spec = fc.oneof(
  fc.record({ suffix: small }),
  fc.record({ first: small }),
  fc.tuple(small, small).map(([first, more]) => ({ first, last: first + more })),
);

describe("chooseRange", () => {
  it("selects exactly the bytes that the model selects", () => {
    fc.assert(
      fc.property(
        spec,
        fc.nat({ max: 50 }),
        (asked: { first?: number; last?: number; suffix?: number }, length) => {
          const text = asked.suffix === undefined ? `${asked.first}-${asked.last ?? ""}` : `-${asked.suffix}`;
          const chosen = chooseRange(`bytes=${text}`, length);
          const wanted = model(asked, length);
          if (wanted.length === 0) expect(chosen).toEqual({ kind: "unsatisfiable" });
          else expect(chosen).toEqual({ kind: "part", start: wanted[0], end: wanted[wanted.length - 1] });
        },
      ),
      { numRuns: 500 },
    );
  });

  it("never selects outside the object, whatever the header", () => {
    const header = fc.oneof(
      fc.string(),
      fc.stringMatching(/^bytes=[\d, \-=]{0,30}$/),
      fc.string({ maxLength: 300 }),
    );
    fc.assert(
      fc.property(header, fc.nat(), (text, length) => {
        const chosen = chooseRange(text, length);
        if (chosen.kind !== "part") return;
        expect(chosen.start).toBeGreaterThanOrEqual(0);
        expect(chosen.end).toBeGreaterThanOrEqual(chosen.start);
        expect(chosen.end).toBeLessThan(length);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["absent", undefined],
    ["another unit", "lines=0-1"],
    ["no unit", "0-1"],
    ["not a number", "bytes=a-b"],
    ["backwards", "bytes=9-3"],
    ["negative", "bytes=--5"],
    ["empty", "bytes="],
    ["only a dash", "bytes=-"],
    ["several ranges", "bytes=0-1,5-6"],
    ["a fraction", "bytes=0.5-1"],
    ["very long", `bytes=0-${"9".repeat(200)}`],
  ])("selects the whole object when the header is %s", (_name, header) => {
    expect(chooseRange(header, 10)).toEqual({ kind: "whole" });
  });

  it("reads the unit without regard to case, and clamps to the object", () => {
    expect(chooseRange("Bytes=2-99999999999999999999", 10)).toEqual({ kind: "part", start: 2, end: 9 });
  });
});
