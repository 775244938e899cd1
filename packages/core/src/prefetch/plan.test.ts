import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { firstRangeBytes } from "./head";
import { type Fetching, FIRST_RANGE_BYTES, givesWay, grownRange, nextRange } from "./plan";
import { addRange, missingRanges, type RangeSet } from "./ranges";

const SEGMENT = 16_384;
const LARGEST = 1024 * 1024;
const whole = (byteLength: number): Fetching => ({
  byteLength,
  segmentBytes: SEGMENT,
  held: [],
  wanted: null,
  cursor: 0,
  ahead: "all",
  rangeBytes: FIRST_RANGE_BYTES,
});
/** An object of up to 8 MB of which the beginning and some segments are held, read at any of them. */
const scene = fc
  .record({
    byteLength: fc.integer({ min: 1, max: 8_000_000 }),
    begun: fc.nat(10),
    held: fc.array(fc.nat(488), { maxLength: 40 }),
    at: fc.nat(488),
    ahead: fc.constantFrom("none" as const, "head" as const, "all" as const),
    doublings: fc.nat(3),
  })
  .map(({ byteLength, begun, held, at, ahead, doublings }) => {
    const count = Math.ceil(byteLength / SEGMENT);
    const segments = new Set([...Array(begun).keys(), ...held].map((index) => index % count));
    let set: RangeSet = [];
    for (const index of segments)
      set = addRange(set, { start: index * SEGMENT, end: Math.min(byteLength, (index + 1) * SEGMENT) });
    const cursor = (at % count) * SEGMENT;
    const rangeBytes = FIRST_RANGE_BYTES * 2 ** doublings;
    return { segments, count, fetching: { ...whole(byteLength), held: set, cursor, ahead, rangeBytes } };
  });

describe("the fetch plan", () => {
  test("covers an item to its end with whole segments, growing, and asks for no byte twice", () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8_000_000 }),
        fc.nat(8_000_000),
        fc.infiniteStream(fc.constantFrom(0, 1_999, 2_000, 60_000)),
        (byteLength, at, times) => {
          const cursor = Math.floor((at % byteLength) / SEGMENT) * SEGMENT;
          let fetching = { ...whole(byteLength), cursor };
          let requests = 0;
          for (;;) {
            const next = nextRange(fetching);
            if (!next) break;
            expect(next.start % SEGMENT).toBe(0);
            expect(next.end % SEGMENT === 0 || next.end === byteLength).toBe(true);
            expect(next.end).toBeGreaterThan(next.start);
            expect(next.end - next.start).toBeLessThanOrEqual(fetching.rangeBytes);
            expect(missingRanges(fetching.held, next)).toEqual([next]);
            const tookMs = times.next().value as number;
            const rangeBytes = grownRange(fetching.rangeBytes, tookMs);
            expect(rangeBytes).toBe(
              tookMs < 2_000 ? Math.min(LARGEST, 2 * fetching.rangeBytes) : fetching.rangeBytes,
            );
            fetching = { ...fetching, held: addRange(fetching.held, next), rangeBytes };
            requests++;
            expect(requests).toBeLessThan(500);
          }
          expect(missingRanges(fetching.held, { start: cursor, end: byteLength })).toEqual([]);
          expect(missingRanges(fetching.held, { start: 0, end: byteLength })).toEqual([]);
        },
      ),
      { numRuns: 50 },
    ));
  test("asks for the first missing segments after the last that was read, then for those before it", () =>
    fc.assert(
      fc.property(scene, ({ segments, count, fetching }) => {
        const { byteLength, rangeBytes, ahead } = fetching;
        const missing = Array.from({ length: count }, (_, i) => i).filter((i) => !segments.has(i));
        const first = missing.find((i) => ahead === "head" || i * SEGMENT >= fetching.cursor) ?? missing[0];
        const near = first !== undefined && (ahead === "all" || first * SEGMENT < FIRST_RANGE_BYTES);
        if (ahead === "none" || !near) {
          expect(nextRange(fetching)).toBeNull();
          return;
        }
        let to = first;
        while (to < count && !segments.has(to) && (to - first) * SEGMENT < rangeBytes) to++;
        expect(nextRange(fetching)).toEqual({
          start: first * SEGMENT,
          end: Math.min(byteLength, to * SEGMENT),
        });
      }),
    ));
  test("asks for what is waited for before anything else, however far ahead it may go", () =>
    fc.assert(
      fc.property(scene, fc.nat(488), ({ segments, count, fetching }, at) => {
        const wanted = at % count;
        fc.pre(!segments.has(wanted));
        expect(nextRange({ ...fetching, wanted: wanted * SEGMENT })?.start).toBe(wanted * SEGMENT);
      }),
    ));
  test("lets a range run on to what it will reach soon, and gives it up for anything else", () =>
    fc.assert(
      fc.property(
        fc.nat(100),
        fc.integer({ min: 1, max: 64 }),
        fc.nat(2 ** 20),
        fc.oneof(fc.constantFrom(-1, 0, 16, 17), fc.integer({ min: -3, max: 70 })),
        (from, length, arrived, distance) => {
          const end = (from + length) * SEGMENT;
          const position = Math.min(end, from * SEGMENT + arrived);
          const wanted = Math.floor(position / SEGMENT) + distance;
          const reached = distance >= 0 && distance <= 16 && wanted < from + length;
          expect(givesWay({ position, end }, wanted * SEGMENT, SEGMENT)).toBe(!reached);
        },
      ),
    ));
  test("the first range is about 2 s and at most 128 KiB", () => {
    expect(firstRangeBytes(96_000)).toBe(2 * SEGMENT);
    expect(firstRangeBytes(10_000_000)).toBe(FIRST_RANGE_BYTES);
  });
});
