import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  batchSize,
  CLOSED_OUTBOX,
  LINGER_MS,
  MAX_BACKOFF_MS,
  MAX_RETRY_AFTER_MS,
  type OutboxEffect,
  type OutboxInput,
  type OutboxState,
  outboxStep,
  overflow,
} from "./outbox";
import type { ReceiptStatus } from "./play-event";

/** What the server does with one attempt. */
type Answer =
  | { readonly type: "receipts"; readonly statuses: readonly ReceiptStatus[] }
  | {
      readonly type: "fails";
      readonly code: "unavailable" | "network" | "rate_limited" | "timeout";
      readonly after?: number;
    }
  | { readonly type: "unknown_device" };

const status = fc.constantFrom<ReceiptStatus>("accepted", "duplicate", "rejected", "quarantined", "retry");
const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.record({
    type: fc.constant("receipts" as const),
    statuses: fc.array(status, { minLength: 1, maxLength: 4 }),
  }),
  fc.record(
    {
      type: fc.constant("fails" as const),
      code: fc.constantFrom(
        "unavailable" as const,
        "network" as const,
        "rate_limited" as const,
        "timeout" as const,
      ),
      after: fc.integer({ min: 0, max: 2 * MAX_RETRY_AFTER_MS }),
    },
    { requiredKeys: ["type", "code"] },
  ),
  fc.constant({ type: "unknown_device" as const }),
);

/** An outbox with rows, a clock and a server whose poisoned rows refuse every batch that they are in. */
function world(rows: number, poison: ReadonlySet<number>, answers: readonly Answer[], random: () => number) {
  let state: OutboxState = CLOSED_OUTBOX;
  let now = 0;
  let wake: number | null = null;
  let held = Array.from({ length: rows }, (_, i) => i + 1);
  const script = [...answers];
  const log = { settled: [] as number[], dropped: [] as number[], sentAt: [] as number[], notBefore: 0 };
  let sending = 0;

  function input(next: OutboxInput): void {
    const step = outboxStep(state, next);
    state = step.state;
    for (const effect of step.effects) run(effect);
  }

  function run(effect: OutboxEffect): void {
    if (effect.type === "wake") wake = now + effect.afterMs;
    if (effect.type === "settle" || effect.type === "drop") {
      (effect.type === "settle" ? log.settled : log.dropped).push(...effect.seqs);
      held = held.filter((seq) => !effect.seqs.includes(seq));
    }
    if (effect.type === "send") attempt(effect.limit);
  }

  function attempt(limit: number): void {
    expect(++sending).toBe(1);
    expect(now).toBeGreaterThanOrEqual(log.notBefore);
    log.sentAt.push(now);
    const seqs = held.slice(0, limit);
    input({ type: "loaded", seqs });
    sending--;
    if (seqs.length > 0) input(outcomeOf(seqs));
  }

  function outcomeOf(seqs: readonly number[]): OutboxInput {
    const failed = { type: "failed" as const, nowMs: now, random: random() };
    if (seqs.some((seq) => poison.has(seq))) return { ...failed, code: "invalid_request" };
    const next = script.shift() ?? { type: "receipts" as const, statuses: ["accepted" as const] };
    if (next.type === "unknown_device") return { ...failed, code: "device_unknown" };
    if (next.type === "fails") {
      log.notBefore = now + Math.min(MAX_RETRY_AFTER_MS, next.after ?? 0);
      return {
        ...failed,
        code: next.code,
        ...(next.after === undefined ? {} : { retryAfterMs: next.after }),
      };
    }
    const receipts = seqs.map((_, i) => ({ status: next.statuses[i % next.statuses.length]! }));
    return { type: "answered", receipts, nowMs: now, random: random() };
  }

  /** Runs until nothing is asked for any more. */
  function settle(interrupt: () => void = () => undefined): void {
    for (let turns = 0; wake !== null; turns++) {
      if (turns > 5_000) throw new Error("it never comes to rest");
      interrupt();
      if (wake === null) break;
      now = Math.max(now, wake);
      wake = null;
      input({ type: "due", nowMs: now });
    }
  }
  return {
    log,
    input,
    settle,
    get state() {
      return state;
    },
    get held() {
      return held;
    },
    get now() {
      return now;
    },
    get wake() {
      return wake;
    },
  };
}

const poisonOf = (rows: number) =>
  fc.uniqueArray(fc.integer({ min: 1, max: Math.max(1, rows) }), { maxLength: 3 });

describe("an outbox", () => {
  it("ends every event in exactly one of acknowledged and reported as dropped, whatever the server does", () => {
    const scene = fc.integer({ min: 0, max: 1_200 }).chain((rows) =>
      fc.record({
        rows: fc.constant(rows),
        poison: poisonOf(rows),
        answers: fc.array(answer, { maxLength: 12 }),
        randoms: fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        nudges: fc.array(fc.constantFrom("flush" as const, "online" as const, null), { maxLength: 20 }),
      }),
    );
    fc.assert(
      fc.property(scene, ({ rows, poison, answers, randoms, nudges }) => {
        const draw = () => randoms.next().value as number;
        const box = world(rows, new Set(poison), answers, draw);
        box.input({ type: "opened", pending: rows, nowMs: 0 });
        const script = [...nudges];
        box.settle(() => {
          const nudge = script.shift();
          // A nudge may send early, but never before what the server asked for, which `world` checks.
          if (nudge === "flush") box.input({ type: "flush", nowMs: box.now });
        });
        const ended = [...box.log.settled, ...box.log.dropped].sort((a, b) => a - b);
        expect(ended).toEqual(Array.from({ length: rows }, (_, i) => i + 1));
        expect(box.log.dropped.every((seq) => poison.includes(seq))).toBe(true);
        expect(box.state.phase).toBe("idle");
      }),
      { numRuns: 150 },
    );
  });

  it("halves a refused batch until the poisoned event is alone, and drops only that", () => {
    const box = world(500, new Set([77]), [], () => 0.5);
    box.input({ type: "opened", pending: 500, nowMs: 0 });
    box.settle();
    expect(box.log.dropped).toEqual([77]);
    expect(box.log.settled).toHaveLength(499);
    expect(box.log.sentAt.length).toBeLessThan(40);
  });

  it("waits for company, but not once a batch is full", () => {
    const opened = outboxStep(CLOSED_OUTBOX, { type: "opened", pending: 0, nowMs: 0 }).state;
    const one = outboxStep(opened, { type: "appended", pending: 1, nowMs: 10 });
    expect(one.effects).toEqual([{ type: "wake", afterMs: LINGER_MS }]);
    expect(outboxStep(one.state, { type: "appended", pending: 2, nowMs: 20 }).effects).toEqual([]);
    expect(outboxStep(one.state, { type: "appended", pending: 500, nowMs: 20 }).effects[0]?.type).toBe(
      "send",
    );
    expect(outboxStep(one.state, { type: "flush", nowMs: 20 }).effects[0]?.type).toBe("send");
  });

  it("waits random times below a bound that doubles up to 300 s", () => {
    const failures = Array.from({ length: 14 }, () => ({ type: "fails", code: "network" }) as const);
    const box = world(1, new Set(), failures, () => 0.999);
    box.input({ type: "opened", pending: 1, nowMs: 0 });
    box.settle();
    const waits = box.log.sentAt.slice(1).map((at, i) => at - box.log.sentAt[i]!);
    expect(waits.slice(0, 4)).toEqual([999, 1_998, 3_996, 7_992]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(MAX_BACKOFF_MS);
    expect(box.log.settled).toEqual([1]);
  });

  it("waits as long as Retry-After says, up to one hour, also when asked to flush or back online", () => {
    for (const [after, expected] of [
      [60_000, 60_000],
      [86_400_000, MAX_RETRY_AFTER_MS],
    ] as const) {
      const box = world(1, new Set(), [{ type: "fails", code: "unavailable", after }], () => 0);
      box.input({ type: "opened", pending: 1, nowMs: 0 });
      box.input({ type: "flush", nowMs: 0 });
      expect(box.log.sentAt).toEqual([0]);
      box.settle();
      expect(box.log.sentAt).toEqual([0, expected]);
    }
  });

  it("tries at once when the network is back", () => {
    const box = world(1, new Set(), [{ type: "fails", code: "network" }], () => 0.9);
    box.input({ type: "opened", pending: 1, nowMs: 0 });
    box.input({ type: "online", nowMs: 0 });
    expect(box.log.settled).toEqual([1]);
  });

  it.each(["unauthenticated", "forbidden", "not_signed_in"] as const)(
    "keeps everything and sends nothing after %s, until somebody signs in",
    (code) => {
      const sending = outboxStep(CLOSED_OUTBOX, { type: "opened", pending: 3, nowMs: 0 }).state;
      const loaded = outboxStep(sending, { type: "loaded", seqs: [1, 2, 3] }).state;
      const held = outboxStep(loaded, { type: "failed", code, nowMs: 0, random: 0 });
      expect(held.effects).toEqual([]);
      for (const type of ["flush", "online", "due"] as const)
        expect(outboxStep(held.state, { type, nowMs: 1e9 }).effects).toEqual([]);
      expect(outboxStep(held.state, { type: "opened", pending: 3, nowMs: 0 }).effects[0]?.type).toBe("send");
    },
  );

  it("makes the server know the device again before it tries again", () => {
    const sending = outboxStep(CLOSED_OUTBOX, { type: "opened", pending: 1, nowMs: 0 }).state;
    const loaded = outboxStep(sending, { type: "loaded", seqs: [1] }).state;
    const step = outboxStep(loaded, { type: "failed", code: "device_unknown", nowMs: 0, random: 0.5 });
    expect(step.effects.map((effect) => effect.type)).toEqual(["register", "wake"]);
  });

  it("has one batch under way at a time", () => {
    const sending = outboxStep(CLOSED_OUTBOX, { type: "opened", pending: 2, nowMs: 0 }).state;
    for (const type of ["flush", "online", "due"] as const)
      expect(outboxStep(sending, { type, nowMs: 1e9 }).effects).toEqual([]);
    expect(outboxStep(sending, { type: "appended", pending: 500, nowMs: 0 }).effects).toEqual([]);
  });

  it("takes an answer with the wrong number of receipts for none", () => {
    const sending = outboxStep(CLOSED_OUTBOX, { type: "opened", pending: 2, nowMs: 0 }).state;
    const loaded = outboxStep(sending, { type: "loaded", seqs: [1, 2] }).state;
    const step = outboxStep(loaded, {
      type: "answered",
      receipts: [{ status: "accepted" }],
      nowMs: 0,
      random: 0,
    });
    expect(step.effects.map((effect) => effect.type)).toEqual(["wake"]);
  });
});

describe("an outbox that holds too much", () => {
  it("drops the oldest plays that do not count, then the oldest", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 40 }), fc.nat(40), (counts, keep) => {
        const rows = counts.map((each, i) => ({ seq: i + 1, counts: each }));
        const dropped = overflow(rows, keep);
        expect(rows.length - dropped.length).toBe(Math.min(keep, rows.length));
        const kept = rows.filter((row) => !dropped.includes(row.seq));
        const lost = rows.filter((row) => dropped.includes(row.seq));
        if (lost.some((row) => row.counts)) expect(kept.every((row) => row.counts)).toBe(true);
        for (const row of lost)
          expect(kept.every((other) => other.counts !== row.counts || other.seq > row.seq)).toBe(true);
      }),
    );
  });
});

describe("a batch", () => {
  it("keeps its bounds and always moves on", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 60_000 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 50 }),
        (bytes, limit) => {
          const count = batchSize(bytes, limit, 48_000);
          const total = bytes.slice(0, count).reduce((sum, size) => sum + size, 0);
          expect(count).toBeLessThanOrEqual(limit);
          if (bytes.length > 0) expect(count).toBeGreaterThan(0);
          if (count > 1) expect(total).toBeLessThanOrEqual(48_000);
          const next = bytes[count];
          if (next !== undefined && count < limit) expect(total + next).toBeGreaterThan(48_000);
        },
      ),
    );
  });
});
