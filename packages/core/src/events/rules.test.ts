import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TrackId, UserId } from "../ids";
import { numberedId } from "../testing/builders";
import { countedMs, countsAsStream, STREAM_MS } from "./count-rule";
import { createDedupeWindow, DEDUPE_KEPT_MS } from "./dedupe";
import { placeInTime } from "./event-time";
import { EVENT_WINDOW_MS } from "./play-event";
import { tally } from "./tally";
import { hexBytes, isUuidV7, uuidText, uuidV7, uuidV7Time } from "./uuid-v7";

const ms = fc.nat(EVENT_WINDOW_MS);

describe("the count rule", () => {
  it("begins at exactly 30,000 ms", () => {
    expect(countsAsStream({ msPlayed: 29_999, elapsedMs: 60_000 })).toBe(false);
    expect(countsAsStream({ msPlayed: 30_000, elapsedMs: 60_000 })).toBe(true);
  });

  it("believes no more sound than there was time for", () => {
    fc.assert(
      fc.property(ms, ms, (msPlayed, elapsedMs) => {
        const counted = countedMs({ msPlayed, elapsedMs });
        expect(counted).toBeLessThanOrEqual(msPlayed);
        expect(counted).toBeLessThanOrEqual(elapsedMs * 1.01 + 1_000);
        if (msPlayed <= elapsedMs) expect(counted).toBe(msPlayed);
        expect(countsAsStream({ msPlayed, elapsedMs })).toBe(counted >= STREAM_MS);
      }),
    );
  });
});

describe("the time of an event", () => {
  const now = 1_800_000_000_000;

  it("does not depend on how wrong the client's clock is", () => {
    fc.assert(
      fc.property(ms, ms, fc.integer({ min: -1e12, max: 1e12 }), (age, elapsedMs, wrong) => {
        const endedAtMs = now - age + wrong;
        const place = placeInTime({ endedAtMs, elapsedMs }, now + wrong, now);
        expect(place.endedAtMs).toBe(now - age);
        expect(place.startedAtMs).toBe(now - age - elapsedMs);
        expect(place.tooOld).toBe(age + elapsedMs > EVENT_WINDOW_MS);
        expect(place.future).toBe(false);
      }),
    );
  });

  it("goes by the monotonic age when there is one, so that a clock set meanwhile changes nothing", () => {
    fc.assert(
      fc.property(ms, fc.nat(4e12), fc.integer({ min: 1, max: 4e12 }), (ageMs, endedAtMs, sentAtMs) => {
        expect(placeInTime({ endedAtMs, ageMs, elapsedMs: 0 }, sentAtMs, now).endedAtMs).toBe(now - ageMs);
      }),
    );
  });

  it.each([
    [0, now, false],
    [300_000, now, false],
    [300_001, now, true],
    [86_400_000, now, true],
  ])("an end %d ms ahead is received now; flagged: %s", (ahead, endedAtMs, future) => {
    const place = placeInTime({ endedAtMs: now + ahead, elapsedMs: 1_000 }, now, now);
    expect(place).toMatchObject({ endedAtMs, startedAtMs: endedAtMs - 1_000, future, tooOld: false });
  });

  it("is too old one millisecond past 35 days after the start", () => {
    const at = (age: number) => placeInTime({ endedAtMs: now - age, elapsedMs: 1_000 }, now, now).tooOld;
    expect([at(EVENT_WINDOW_MS - 1_000), at(EVENT_WINDOW_MS - 999)]).toEqual([false, true]);
  });
});

describe("a UUID of version 7", () => {
  it("carries its time, sorts by it, and survives as text", () => {
    const time = fc.nat(2 ** 48 - 1);
    const random = fc.uint8Array({ minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(time, time, random, random, (a, b, r, s) => {
        const [x, y] = [uuidV7(a, r), uuidV7(b, s)];
        expect(isUuidV7(x)).toBe(true);
        expect(uuidV7Time(x)).toBe(a);
        expect(hexBytes(uuidText(x))).toEqual(x);
        if (a < b) expect(uuidText(x) < uuidText(y)).toBe(true);
      }),
    );
  });

  it("needs randomness and a time that fits", () => {
    expect(() => uuidV7(0, new Uint8Array(9))).toThrow(RangeError);
    expect(() => uuidV7(2 ** 48, new Uint8Array(10))).toThrow(RangeError);
    expect(() => uuidV7(Number.NaN, new Uint8Array(10))).toThrow(RangeError);
  });
});

describe("the dedupe window", () => {
  const owners = ["u", "v"].map((_, i) => numberedId("user", i) as UserId);

  it("knows every accepted id for the whole window, and its first owner", () => {
    const op = fc.record({ id: fc.nat(5), owner: fc.nat(1), wait: fc.nat(20 * 86_400_000) });
    fc.assert(
      fc.property(fc.array(op, { maxLength: 30 }), (ops) => {
        const window = createDedupeWindow();
        const first = new Map<string, { owner: UserId; at: number }>();
        let now = 0;
        for (const { id, owner, wait } of ops) {
          now += wait;
          window.forget(now);
          const key = `id${id}`;
          const user = owners[owner]!;
          const known = first.get(key);
          const said = window.acceptedFrom(key, user);
          if (known && now - known.at <= EVENT_WINDOW_MS)
            expect(said).toBe(known.owner === user ? "this_user" : "another_user");
          if (!known || now - known.at > DEDUPE_KEPT_MS) {
            expect(said).toBe("nobody");
            first.set(key, { owner: user, at: now });
            window.add(key, user, now);
          }
        }
      }),
    );
  });
});

describe("the tally", () => {
  const entry = fc.record({
    trackId: fc.nat(3).map((n) => numberedId("track", n) as TrackId),
    counts: fc.boolean(),
  });

  it("is the same for every order of the log, and the sum of the tallies of its parts", () => {
    fc.assert(
      fc.property(fc.array(entry), fc.array(entry), (a, b) => {
        const whole = tally([...a, ...b]);
        expect(tally([...b, ...a])).toEqual(whole);
        for (const [track, plays] of whole)
          expect((tally(a).get(track) ?? 0) + (tally(b).get(track) ?? 0)).toBe(plays);
        const sum = [...whole.values()].reduce((total, plays) => total + plays, 0);
        expect(sum).toBe([...a, ...b].filter((each) => each.counts).length);
      }),
    );
  });
});
