import { SegueError } from "@segue/core";
import { type PublishRequest, publishRequestCodec, publishResponseCodec } from "@segue/core/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Call } from "../src/api/transport";
import type { PlayReport } from "../src/client";
import { createEvents } from "../src/events/events";
import { createOutbox } from "../src/events/outbox";
import { createSender } from "../src/events/sender";
import { memoryOutbox } from "../src/memory/memory-outbox";
import type { OutboxStore } from "../src/ports/outbox-store";
import { samplePlay } from "../src/testing/acceptance-outbox";
import { fakeEngine } from "../src/testing/fake-engine";
import { manualClock } from "../src/testing/manual-clock";

const ANNA = "usr_00000000000000000000000001";
const BEN = "usr_00000000000000000000000002";
const DEVICE = "dev_00000000000000000000000001";
type Outcome = "stored" | "lost_answer" | "network" | "full";

/** A server that keeps each event of a user once, whatever happens to its answers. */
function server(outcomes: readonly Outcome[] = []) {
  const script = [...outcomes];
  const requests: PublishRequest[] = [];
  const accepted = new Map<string, string>();
  const tokens = { user: ANNA };
  async function call({ json }: Call): Promise<unknown> {
    const request = publishRequestCodec.fromJson(json);
    requests.push(request);
    const outcome = script.shift() ?? "stored";
    if (outcome === "network") throw new SegueError("network");
    if (outcome === "full") throw new SegueError("unavailable", { retryAfterMs: 30_000 });
    if (request.userId !== tokens.user) throw new SegueError("forbidden");
    const receipts = request.events.map(({ eventId }) => {
      const status = accepted.has(eventId) ? ("duplicate" as const) : ("accepted" as const);
      if (status === "accepted") accepted.set(eventId, tokens.user);
      return { eventId, status, reason: "" };
    });
    if (outcome === "lost_answer") throw new SegueError("network");
    return publishResponseCodec.toJson({ receipts });
  }
  return { call, requests, accepted, tokens };
}

function world(outcomes: readonly Outcome[] = [], store: OutboxStore = memoryOutbox()) {
  const clock = manualClock();
  const remote = server(outcomes);
  let user: string | null = ANNA;
  const reports: PlayReport[] = [];
  const counted: PlayReport[] = [];
  const forgotten: string[] = [];
  const events = createEvents({
    engine: fakeEngine(),
    transport: { call: remote.call },
    store,
    clock,
    deviceId: async () => DEVICE as never,
    forgetDevice: async (id) => void forgotten.push(id),
    userId: () => user,
    leaving: () => false,
    onError: () => undefined,
  });
  events.on("report", (report) => reports.push(report));
  events.on("counted", (report) => counted.push(report));
  const settle = async () => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  const signIn = async (next: string | null) => {
    user = next;
    if (next) remote.tokens.user = next;
    events.listenerChanged();
    await settle();
  };
  return { clock, remote, events, reports, counted, settle, signIn, store };
}

describe("the outbox of a client", () => {
  test("sends what waited when somebody signs in, and says what was counted", async () => {
    const { store, signIn, events, reports, counted, remote } = world();
    await store.commit(ANNA, samplePlay(1));
    await store.commit(ANNA, samplePlay(2, { msPlayed: 5_000 }));
    await signIn(ANNA);
    await events.flush();
    expect(reports.map(({ status, counted: streamed }) => [status, streamed])).toEqual([
      ["accepted", true],
      ["accepted", false],
    ]);
    expect(counted).toHaveLength(1);
    expect([events.pending, await store.count(ANNA)]).toEqual([0, 0]);
    expect(remote.requests[0]).toMatchObject({
      deviceId: DEVICE,
      userId: ANNA,
      attempt: 0,
      stats: { seqNext: 3 },
    });
  });

  test("ends every play in exactly one acceptance, whatever becomes of the answers", async () => {
    const outcome = fc.constantFrom<Outcome>("stored", "lost_answer", "network", "full");
    await fc.assert(
      fc.asyncProperty(
        fc.array(outcome, { maxLength: 8 }),
        fc.integer({ min: 1, max: 30 }),
        async (outcomes, count) => {
          const { store, signIn, events, reports, remote, clock, settle } = world(outcomes);
          for (let n = 1; n <= count; n++) await store.commit(ANNA, samplePlay(n));
          await signIn(ANNA);
          for (let i = 0; i < 40 && events.pending > 0; i++) {
            clock.advance(400_000);
            await settle();
          }
          expect(remote.accepted.size).toBe(count);
          expect(reports.map(({ play }) => play.eventId).sort()).toEqual([...remote.accepted.keys()].sort());
          expect(await store.count(ANNA)).toBe(0);
          const times = remote.requests.map(({ sentAtMs }) => sentAtMs);
          expect(new Set(times).size).toBe(times.length);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("never sends one listener's plays as another", async () => {
    const { store, signIn, remote, events } = world();
    await store.commit(ANNA, samplePlay(1));
    await signIn(BEN);
    await store.commit(BEN, samplePlay(2));
    await events.flush();
    expect(remote.requests.every(({ userId }) => userId === BEN)).toBe(true);
    expect([...remote.accepted]).toEqual([[samplePlay(2).eventId, BEN]]);
    await signIn(null);
    await events.flush();
    expect(await store.count(ANNA)).toBe(1);
    await signIn(ANNA);
    expect(remote.accepted.get(samplePlay(1).eventId)).toBe(ANNA);
  });

  test("sends nothing for a listener who signed out while another program was sending", async () => {
    const { store, signIn, remote, settle } = world();
    await store.commit(ANNA, samplePlay(1));
    let release = () => {};
    const busy = store.exclusive(() => new Promise<void>((resolve) => (release = resolve)));
    await signIn(ANNA);
    await signIn(BEN);
    release();
    await busy;
    await settle();
    expect(remote.requests.filter(({ userId }) => userId === ANNA)).toEqual([]);
  });

  test("sends each play from one of several programs", async () => {
    const inner = memoryOutbox();
    for (let n = 1; n <= 5; n++) await inner.commit(ANNA, samplePlay(n));
    const slow = {
      ...inner,
      async settle(userId: string, seqs: readonly number[]) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        await inner.settle(userId, seqs);
      },
    };
    const programs = [world([], slow), world([], slow)];
    await Promise.all(programs.map(({ signIn }) => signIn(ANNA)));
    await Promise.all(programs.map(({ events }) => events.flush()));
    const delivered = programs.flatMap(({ remote }) => remote.requests.flatMap(({ events }) => events));
    expect(delivered).toHaveLength(5);
  });

  test("keeps everything when the token turns out to be another listener's", async () => {
    const { store, signIn, remote, events } = world();
    await store.commit(ANNA, samplePlay(1));
    await signIn(ANNA);
    await events.flush();
    remote.tokens.user = BEN;
    await store.commit(ANNA, samplePlay(2));
    await events.flush();
    expect([await store.count(ANNA), events.inspect().phase, events.inspect().error]).toEqual([
      1,
      "held",
      "forbidden",
    ]);
  });

  test("waits out Retry-After, and reports each play of a batch that was halved by size once", async () => {
    const { store, signIn, events, remote, clock, settle, reports } = world(["full"]);
    const segments = Array.from({ length: 200 }, (_, i) => ({ startMs: i * 1_000, endMs: i * 1_000 + 500 }));
    for (let n = 1; n <= 20; n++) await store.commit(ANNA, samplePlay(n, { segments }));
    await signIn(ANNA);
    clock.advance(29_000);
    await settle();
    expect(remote.requests).toHaveLength(1);
    clock.advance(3_000);
    await settle();
    await events.flush();
    expect(reports).toHaveLength(20);
    const sizes = remote.requests.map(
      (request) => JSON.stringify(publishRequestCodec.toJson(request)).length,
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(51_200);
    expect(remote.requests.length).toBeGreaterThan(3);
  });

  test("keeps at most 10,000 plays, drops those that do not count first, and tells the server", async () => {
    const store = memoryOutbox();
    for (let n = 1; n <= 10_002; n++)
      await store.commit(ANNA, samplePlay(n, { msPlayed: n === 7 ? 1 : 60_000 }));
    const { outbox, sent } = looseOutbox(store);
    await outbox.add(ANNA, samplePlay(10_003));
    expect(await store.count(ANNA)).toBe(10_000);
    expect((await store.list(ANNA, 7)).map(({ seq }) => seq)).toEqual([3, 4, 5, 6, 8, 9, 10]);
    expect((await store.stats(ANNA)).drops).toEqual([{ reason: "full", count: 3 }]);
    outbox.listener(ANNA);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await outbox.flush();
    expect(sent[0]?.stats?.drops).toEqual([{ reason: "full", count: 3 }]);
    expect(await store.count(ANNA)).toBe(0);
  });
});

/** An outbox with nothing around it. */
function looseOutbox(store: OutboxStore) {
  const clock = manualClock();
  const remote = server();
  const sender = createSender({
    store,
    clock,
    transport: { call: remote.call },
    deviceId: async () => DEVICE as never,
    leaving: () => false,
  });
  const ignore = () => undefined;
  const outbox = createOutbox({
    store,
    sender,
    clock,
    random: () => 0.5,
    forgetDevice: async () => undefined,
    onReport: ignore,
    onPending: ignore,
    onError: ignore,
  });
  return { outbox, sent: remote.requests };
}
