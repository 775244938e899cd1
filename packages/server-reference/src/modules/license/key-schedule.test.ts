import { VALIDITY_TERMS } from "@segue/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KEY_KEPT_MS, KEY_LEAD_MS, type KeyGeneration, scheduleAt } from "./key-schedule";

const DAY_MS = 24 * 3_600_000;
const LONGEST_MS = Math.max(...Object.values(VALIDITY_TERMS).map((terms) => terms.lifetimeMs));
const first: KeyGeneration = { generation: 1, signsFromMs: 0, replacesCompromised: false };

/** Rotations at rising times, as the command makes them, each with the time at which it was made. */
const history = fc
  .array(fc.record({ afterMs: fc.integer({ min: 0, max: 60 * DAY_MS }), compromised: fc.boolean() }), {
    maxLength: 8,
  })
  .map((steps) => {
    let at = DAY_MS;
    return steps.map(({ afterMs, compromised }, i) => {
      at += afterMs;
      const signsFromMs = compromised ? at : at + KEY_LEAD_MS;
      const key: KeyGeneration = { generation: i + 2, signsFromMs, replacesCompromised: compromised };
      return { madeAtMs: at, key };
    });
  });
const time = fc.integer({ min: 0, max: 700 * DAY_MS });

type History = readonly { readonly madeAtMs: number; readonly key: KeyGeneration }[];
/** What a server knows at `atMs`. */
const known = (made: History, atMs: number) => [
  first,
  ...made.filter((one) => one.madeAtMs <= atMs).map((one) => one.key),
];
const at = (made: History, atMs: number) => scheduleAt(known(made, atMs), atMs);

describe("the key schedule", () => {
  it("lists what was signed for as long as it may hold, unless the key is known to others", () => {
    fc.assert(
      fc.property(history, time, fc.integer({ min: 0, max: LONGEST_MS }), (made, signedAt, heldFor) => {
        const { signing } = at(made, signedAt);
        const later = signedAt + heldFor;
        const lost = made.some(
          ({ madeAtMs, key }) => key.replacesCompromised && key.generation > signing && madeAtMs <= later,
        );
        const now = at(made, later);
        expect([now.signing, ...now.listed].includes(signing)).toBe(!lost);
      }),
    );
  });

  it("lists a key before it signs, long enough for a list that was kept", () => {
    fc.assert(
      fc.property(history, time, fc.integer({ min: 0, max: KEY_LEAD_MS }), (made, signedAt, before) => {
        const { signing } = at(made, signedAt);
        const born = made.find(({ key }) => key.generation === signing);
        if (!born || born.key.replacesCompromised || signedAt - before < born.madeAtMs) return;
        const then = at(made, signedAt - before);
        expect([then.signing, ...then.listed]).toContain(signing);
      }),
    );
    const next = { generation: 2, signsFromMs: DAY_MS + KEY_LEAD_MS, replacesCompromised: false };
    expect(scheduleAt([first, next], DAY_MS)).toEqual({ signing: 1, listed: [2] });
    expect(scheduleAt([first, next], DAY_MS + KEY_LEAD_MS)).toEqual({ signing: 2, listed: [1] });
  });

  it("forgets a key when nothing that it signed can hold", () => {
    const next = { generation: 2, signsFromMs: DAY_MS, replacesCompromised: false };
    expect(scheduleAt([first, next], DAY_MS + KEY_KEPT_MS - 1).listed).toEqual([1]);
    expect(scheduleAt([first, next], DAY_MS + KEY_KEPT_MS).listed).toEqual([]);
  });

  it("never signs with a key again that is known to others", () => {
    fc.assert(
      fc.property(history, time, (made, now) => {
        const { signing, listed } = at(made, now);
        const lost = made.filter(({ madeAtMs, key }) => key.replacesCompromised && madeAtMs <= now);
        for (const { key } of lost)
          for (const one of [signing, ...listed]) expect(one).toBeGreaterThanOrEqual(key.generation);
      }),
    );
  });
});
