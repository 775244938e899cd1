import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countsAsStream } from "./count-rule";
import { beginListening, hear, heardOf, type ListeningSession } from "./listening-session";

const RATE = 48_000;
const MS = RATE / 1000;

/** What a listener does, in milliseconds. */
type Act =
  | { readonly type: "listen"; readonly ms: number }
  | { readonly type: "pause" | "stall"; readonly ms: number }
  | { readonly type: "seek"; readonly to: number }
  /** The engine places the item again and counts from nothing. */
  | { readonly type: "replace" }
  | { readonly type: "set_clock"; readonly by: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ type: fc.constant("listen" as const), ms: fc.integer({ min: 1, max: 20_000 }) }),
  fc.record({
    type: fc.constantFrom("pause" as const, "stall" as const),
    ms: fc.integer({ min: 0, max: 600_000 }),
  }),
  fc.record({ type: fc.constant("seek" as const), to: fc.nat(200_000) }),
  fc.constant({ type: "replace" as const }),
  fc.record({
    type: fc.constant("set_clock" as const),
    by: fc.integer({ min: -86_400_000, max: 86_400_000 }),
  }),
);

/** An output that reports every `every` milliseconds of sound, and after each jump. */
function listen(acts: readonly Act[], every = 200) {
  const at = { monotonicMs: 1_000, wallMs: 1_700_000_000_000, volume: 1 };
  let frame = 0;
  let framesPlayed = 0;
  let session: ListeningSession = beginListening(RATE, { ...at, frame });
  for (const each of acts) {
    if (each.type === "listen") {
      for (let left = each.ms; left > 0; left -= every) {
        const ms = Math.min(every, left);
        at.monotonicMs += ms;
        at.wallMs += ms;
        frame += ms * MS;
        framesPlayed += ms * MS;
        session = hear(session, { ...at, frame, framesPlayed });
      }
    } else if (each.type === "seek") {
      frame = each.to * MS;
      session = hear(session, { ...at, frame, framesPlayed });
    } else if (each.type === "replace") {
      framesPlayed = 0;
      session = hear(session, { ...at, frame, framesPlayed });
    } else if (each.type === "set_clock") at.wallMs += each.by;
    else {
      at.monotonicMs += each.ms;
      at.wallMs += each.ms;
      session = hear(session, { ...at, frame, framesPlayed });
    }
  }
  return heardOf(session);
}

const total = (acts: readonly Act[]) =>
  acts.reduce((sum, each) => sum + (each.type === "listen" ? each.ms : 0), 0);

describe("a listening session", () => {
  it("lasts as long as sound was audible, whatever else happens and however often it is reported", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 12 }), fc.constantFrom(50, 200, 5_000), (acts, every) => {
        const heard = listen(acts, every);
        expect(heard?.msPlayed ?? 0).toBe(total(acts));
      }),
    );
  });

  it("counts by sound alone: pausing, stalling, seeking and setting the clock change nothing", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 12 }), (acts) => {
        const heard = listen(acts);
        expect(heard !== null && countsAsStream(heard)).toBe(total(acts) >= 30_000);
      }),
    );
  });

  it("elapses from the first to the last audible frame, pauses included", () => {
    const heard = listen([
      { type: "listen", ms: 1_000 },
      { type: "pause", ms: 60_000 },
      { type: "listen", ms: 1_000 },
      { type: "pause", ms: 3_600_000 },
    ]);
    expect(heard).toMatchObject({ msPlayed: 2_000, elapsedMs: 62_000, endedAtMs: 1_700_000_062_000 });
  });

  it("tells the parts that were heard, and a passage that was heard twice, twice", () => {
    const heard = listen([
      { type: "listen", ms: 5_000 },
      { type: "seek", to: 2_000 },
      { type: "listen", ms: 3_000 },
      { type: "seek", to: 60_000 },
      { type: "seek", to: 90_000 },
      { type: "listen", ms: 500 },
    ]);
    expect(heard?.segments).toEqual([
      { startMs: 0, endMs: 5_000 },
      { startMs: 2_000, endMs: 5_000 },
      { startMs: 90_000, endMs: 90_500 },
    ]);
    expect(heard?.msPlayed).toBe(8_500);
  });

  it("tells at most 200 parts and still counts all of the sound", () => {
    const acts = Array.from({ length: 300 }, (_, i): Act[] => [
      { type: "seek", to: (i * 7_919) % 200_000 },
      { type: "listen", ms: 100 },
    ]).flat();
    const heard = listen(acts);
    expect(heard?.segments).toHaveLength(200);
    expect(heard?.msPlayed).toBe(30_000);
  });

  it("is nothing to report while no frame was audible", () => {
    expect(
      listen([
        { type: "pause", ms: 60_000 },
        { type: "seek", to: 5_000 },
      ]),
    ).toBeNull();
  });

  it("is muted only when no frame of it was audible at a volume", () => {
    const start = { frame: 0, monotonicMs: 0, wallMs: 1, volume: 0 };
    let session = beginListening(RATE, start);
    session = hear(session, { ...start, framesPlayed: RATE });
    expect(heardOf(session)?.muted).toBe(true);
    session = hear(session, { ...start, framesPlayed: 2 * RATE, volume: 0.1 });
    expect(heardOf(session)?.muted).toBe(false);
    session = hear(session, { ...start, framesPlayed: 3 * RATE });
    expect(heardOf(session)?.muted).toBe(false);
  });
});
