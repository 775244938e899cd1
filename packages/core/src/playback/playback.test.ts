import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Refusal } from "../grants/manifest";
import { EMPTY_QUEUE, editQueue, loadContext, upcoming } from "../queue/queue";
import { buildItems } from "../testing/builders";
import { INITIAL_PLAYBACK, step } from "./step";
import type { PlaybackEffect, PlaybackInput, PlaybackState } from "./types";

const FRAMES = 40 * 44_100;
const facts = { sampleRateHz: 44_100, totalFrames: FRAMES };
const HOUR_MS = 3_600_000;

/** A driver and an engine in one: carries effects out on a list of pass ids and notes what was asked. */
class Rig {
  state: PlaybackState = INITIAL_PLAYBACK;
  timeline: string[] = [];
  paused = true;
  readonly log: PlaybackEffect[] = [];
  asked: Extract<PlaybackEffect, { type: "request_grant" }>[] = [];
  waits: Extract<PlaybackEffect, { type: "wait" }>[] = [];

  send(input: PlaybackInput): this {
    const { state, effects } = step(this.state, input);
    this.state = state;
    for (const effect of effects) this.#apply(effect);
    return this;
  }

  #apply(effect: PlaybackEffect): void {
    this.log.push(effect);
    switch (effect.type) {
      case "start":
        this.timeline = [effect.passId];
        this.paused = effect.paused;
        break;
      case "append":
        this.timeline.push(effect.passId);
        break;
      case "truncate_after": {
        const at = this.timeline.indexOf(effect.passId);
        if (at >= 0) this.timeline = this.timeline.slice(0, at + 1);
        break;
      }
      case "pause":
        this.paused = true;
        break;
      case "resume":
        this.paused = false;
        break;
      case "request_grant":
        this.asked.push(effect);
        break;
      case "wait":
        this.waits.push(effect);
        break;
    }
  }

  load(count: number, startIndex = 0): this {
    return this.send({ type: "load", items: buildItems(0, count), startIndex, shuffle: false, seed: 1 });
  }
  grant(granted = facts): this {
    for (const { passId } of this.asked.splice(0))
      this.send({ type: "grant_arrived", passId, facts: granted, nowMs: 0, urlLifetimeMs: HOUR_MS });
    return this;
  }
  refuse(refusal: Refusal): this {
    for (const { passId } of this.asked.splice(0)) this.send({ type: "grant_refused", passId, refusal });
    return this;
  }
  begin(frame = 0): this {
    return this.send({ type: "started", passId: this.timeline[0]!, frame });
  }
  /** The first item ended and the one behind it sounds. */
  join(): this {
    this.send({ type: "ended", passId: this.timeline.shift()! });
    return this.timeline.length > 0 ? this.begin() : this.send({ type: "engine_idle" });
  }
  at(share: number): this {
    const passId = this.timeline[0]!;
    this.send({ type: "buffered", passId, aheadMs: 1000, complete: true });
    return this.send({ type: "position", passId, frame: Math.floor(share * FRAMES) });
  }
  wake(): this {
    for (const { wait } of this.waits.splice(0)) this.send({ type: "due", wait });
    return this;
  }
}

const playing = (count = 4) => new Rig().load(count).grant().begin();
const current = (rig: Rig) => rig.state.queue.current?.uid;

describe("playback", () => {
  test("asks for head and grant in parallel, starts when granted, plays when audible", () => {
    const rig = new Rig().load(3);
    expect(rig.log.map((effect) => effect.type)).toEqual(["pause", "fetch_head", "request_grant"]);
    expect(rig.state.phase).toBe("loading");
    rig.grant();
    expect(rig.timeline).toHaveLength(1);
    expect(rig.paused).toBe(false);
    expect(rig.begin().state.phase).toBe("playing");
  });
  test("asks for the next at 75 % and the one after at 90 %, each once, and joins without a start", () => {
    const rig = playing().at(0.749);
    expect(rig.asked).toEqual([]);
    expect(rig.at(0.75).asked.map((a) => a.purpose)).toEqual(["next"]);
    rig.grant().at(0.8).at(0.1).at(0.89);
    expect(rig.asked).toEqual([]);
    expect(rig.at(0.9).asked.map((a) => a.purpose)).toEqual(["next_next"]);
    rig.grant();
    expect(rig.timeline).toHaveLength(3);
    const starts = rig.log.filter((effect) => effect.type === "start").length;
    rig.join();
    expect([current(rig), rig.state.phase]).toEqual(["u1", "playing"]);
    expect(rig.log.filter((effect) => effect.type === "start")).toHaveLength(starts);
  });
  test("an edit that changes what follows takes it off the timeline and asks for the new one", () => {
    const rig = playing().at(0.8).grant();
    rig.send({ type: "edit", edit: { type: "add_first", items: buildItems(90, 1, "up_next") } });
    expect(rig.timeline).toHaveLength(1);
    expect(rig.asked.map((a) => a.item.uid)).toEqual(["u90"]);
    rig.grant().join();
    expect(current(rig)).toBe("u90");
  });
  test("repeat track joins the track to itself", () => {
    const rig = playing()
      .send({ type: "edit", edit: { type: "repeat", mode: "track" } })
      .at(0.8)
      .grant()
      .join();
    expect([current(rig), rig.state.phase]).toEqual(["u0", "playing"]);
  });
  test("nothing is asked for beyond the last track, and the end is idle", () => {
    const rig = playing(1).at(0.95);
    expect(rig.asked).toEqual([]);
    expect(rig.join().state.phase).toBe("idle");
  });
  test("what is queued behind the last track once it is nearly over is asked for as soon as that plays on", () => {
    const rig = playing(1).at(0.95);
    rig.send({ type: "edit", edit: { type: "add", items: buildItems(90, 2, "up_next") } });
    expect(rig.at(0.96).asked.map((a) => a.purpose)).toEqual(["next", "next_next"]);
    expect(rig.at(0.97).asked).toHaveLength(2);
  });
  test("play after the end begins the context again", () => {
    const rig = playing(2).send({ type: "next" }).grant().begin().join();
    expect(rig.state.phase).toBe("idle");
    rig.send({ type: "play" });
    expect([rig.state.phase, current(rig)]).toEqual(["loading", "u0"]);
  });
  test("a preparing track is asked for again after the time that the server names", () => {
    const rig = new Rig().load(2).refuse({ reason: "preparing", message: "", retryAfterMs: 3000 });
    expect(rig.state.phase).toBe("preparing");
    expect(rig.waits.map((wait) => wait.afterMs)).toEqual([3000]);
    rig.wake().grant();
    expect(rig.timeline).toHaveLength(1);
    expect(current(rig)).toBe("u0");
  });
  test("a refused track is shown, then skipped", () => {
    const rig = new Rig().load(2).refuse({ reason: "market", message: "" });
    expect([rig.state.phase, rig.state.refusal?.reason, current(rig)]).toEqual(["refused", "market", "u0"]);
    expect([rig.wake().state.phase, current(rig)]).toEqual(["loading", "u1"]);
  });
  test.each(["off", "context", "track"] as const)(
    "a context that is all refused comes to rest (repeat %s)",
    (mode) => {
      const rig = new Rig().load(5).send({ type: "edit", edit: { type: "repeat", mode } });
      let turns = 0;
      while (rig.asked.length > 0 && turns < 100) {
        rig.refuse({ reason: "market", message: "" }).wake();
        turns++;
      }
      expect(turns).toBeLessThanOrEqual(5);
      expect(rig.state.phase).toBe("refused");
    },
  );
  test("an expired URL is renewed twice, then the track is skipped", () => {
    const rig = playing();
    const fail = () => rig.send({ type: "failed", passId: rig.timeline[0]!, code: "url_expired" });
    fail();
    fail();
    expect(rig.log.filter((effect) => effect.type === "refresh_grant")).toHaveLength(2);
    fail();
    expect(rig.wake().asked.map((a) => a.item.uid)).toEqual(["u1"]);
  });
  test("failures are forgiven after 10 s of sound", () => {
    const rig = playing();
    for (const share of [0.1, 0.4, 0.7]) {
      rig.at(share).send({ type: "failed", passId: "u0#1", code: "url_expired" });
      rig.at(share + 0.26);
    }
    expect(rig.log.filter((effect) => effect.type === "refresh_grant")).toHaveLength(3);
    expect(rig.state.phase).toBe("playing");
  });
  test("sound that stopped is playing again once a later frame is audible, not by a seek's report", () => {
    const rig = playing().at(0.2).send({ type: "pause" });
    expect(rig.state.phase).toBe("paused");
    expect(rig.send({ type: "play" }).state.phase).toBe("buffering");
    rig.send({ type: "seek", ms: 20_000 }).at(0.5);
    expect(rig.state.phase).toBe("buffering");
    expect(rig.at(0.51).state.phase).toBe("playing");
    rig.send({ type: "stalled", passId: "u0#1" });
    expect(rig.state.phase).toBe("buffering");
    expect(rig.at(0.52).state.phase).toBe("playing");
  });
  test("a network failure asks again and goes on at the place where sound stopped", () => {
    const rig = playing().at(0.5).send({ type: "failed", passId: "u0#1", code: "network" });
    expect(rig.state.phase).toBe("buffering");
    rig.wake().grant();
    const start = rig.log.findLast((effect) => effect.type === "start");
    expect(start).toMatchObject({ startFrame: FRAMES / 2, paused: false });
  });
  test("an expired license stops", () =>
    expect(playing().send({ type: "failed", passId: "u0#1", code: "license_expired" }).state).toMatchObject({
      phase: "expired",
      error: "license_expired",
    }));
  test("a grant for a pass that was skipped changes nothing", () => {
    const rig = new Rig().load(3);
    const old = rig.asked.splice(0);
    rig.send({ type: "next" });
    const before = rig.state;
    rig.send({ type: "grant_arrived", passId: old[0]!.passId, facts, nowMs: 0, urlLifetimeMs: HOUR_MS });
    expect(rig.state).toBe(before);
  });
  test("paused while loading starts silently", () => {
    const rig = new Rig().load(2).send({ type: "pause" }).grant();
    expect(rig.paused).toBe(true);
    expect(rig.begin().state.phase).toBe("paused");
    rig.send({ type: "play" });
    expect(rig.paused).toBe(false);
  });
  test("a seek before the grant is where the track begins, at whatever rate it is granted", () => {
    const rig = new Rig().load(2).send({ type: "seek", ms: 20_000 });
    expect(rig.log.some((effect) => effect.type === "seek")).toBe(false);
    rig.grant({ sampleRateHz: 22_050, totalFrames: FRAMES / 2 });
    expect(rig.log.at(-1)).toMatchObject({ type: "start", startFrame: 20 * 22_050 });
    expect(rig.begin(20 * 22_050).state).toMatchObject({ frame: 20 * 22_050, startMs: null });
  });
  test("a seek beyond the end of a track that is not granted yet is its end; one to before it its start", () => {
    const beyond = new Rig().load(2).send({ type: "seek", ms: 1e12 }).grant();
    expect(beyond.log.at(-1)).toMatchObject({ type: "start", startFrame: FRAMES });
    const before = new Rig().load(2).send({ type: "seek", ms: -5 }).grant();
    expect(before.log.at(-1)).toMatchObject({ type: "start", startFrame: 0 });
  });
  test("a seek before the grant is that track's alone, and survives a retry", () => {
    const skipped = new Rig().load(2).send({ type: "seek", ms: 20_000 }).send({ type: "next" });
    skipped.asked.shift();
    expect(skipped.grant().log.at(-1)).toMatchObject({ type: "start", startFrame: 0 });
    const retried = new Rig().load(2).send({ type: "seek", ms: 20_000 }).send({ type: "retry" });
    retried.asked.shift();
    expect(retried.grant().log.at(-1)).toMatchObject({ type: "start", startFrame: 20 * 44_100 });
  });
  test("a seek while a track is asked for again counts from where it was sought to", () => {
    const rig = playing().at(0.5).send({ type: "failed", passId: "u0#1", code: "network" });
    rig.send({ type: "seek", ms: 4_000 }).wake().grant();
    expect(rig.log.at(-1)).toMatchObject({ type: "start", startFrame: 4 * 44_100 });
  });
  test("a track that was asked for in time but granted late continues the stream", () => {
    const rig = playing().at(0.8);
    const asked = rig.asked.length;
    rig.timeline = [];
    rig.send({ type: "engine_idle" });
    expect([rig.state.phase, current(rig), rig.asked.length]).toEqual(["buffering", "u1", asked]);
    rig.grant();
    expect(rig.log.at(-1)).toMatchObject({ type: "append" });
    expect(rig.paused).toBe(false);
    expect(rig.begin().state.phase).toBe("playing");
  });
  test("a track that was not asked for at the end of the one before it continues the stream", () => {
    const rig = playing();
    rig.timeline = [];
    rig.send({ type: "engine_idle" });
    expect(rig.asked.map((a) => [a.item.uid, a.purpose])).toEqual([["u1", "current"]]);
    expect(rig.grant().log.at(-1)).toMatchObject({ type: "append" });
  });
  test.each(["pause", "seek"] as const)("after a %s there is no stream to continue", (wish) => {
    const rig = playing().at(0.8);
    rig.timeline = [];
    rig.send({ type: "engine_idle" }).send(wish === "seek" ? { type: wish, ms: 1_000 } : { type: wish });
    const start = { type: "start", paused: wish === "pause", startFrame: wish === "seek" ? 44_100 : 0 };
    expect(rig.grant().log.at(-1)).toMatchObject(start);
  });
  test("pause and play while the stream waits for its next track leaves it waiting", () => {
    const rig = playing().at(0.8);
    rig.timeline = [];
    rig.send({ type: "engine_idle" }).send({ type: "pause" });
    expect(rig.state.phase).toBe("paused");
    expect(rig.send({ type: "play" }).state.phase).toBe("buffering");
    expect(rig.grant().log.at(-1)).toMatchObject({ type: "append" });
  });
  test("previous restarts the track, or within 3 s goes to the one before", () => {
    const rig = playing().send({ type: "next" }).grant().begin().at(0.5).send({ type: "previous" });
    expect([current(rig), rig.state.frame]).toEqual(["u1", 0]);
    expect(current(rig.send({ type: "previous" }))).toBe("u0");
  });
});

const passOf = (rig: Rig, n: number) => rig.state.passes[n % 4]?.id ?? `ghost#${n}`;
type Move = (rig: Rig) => void;
const listener: fc.Arbitrary<PlaybackInput> = fc.oneof(
  fc.record({
    type: fc.constant("load" as const),
    items: fc.nat(6).map((n) => buildItems(0, n)),
    startIndex: fc.integer({ min: -2, max: 8 }),
    shuffle: fc.boolean(),
    seed: fc.integer(),
  }),
  fc.constantFrom<PlaybackInput>(
    { type: "play" },
    { type: "pause" },
    { type: "next" },
    { type: "previous" },
    { type: "retry" },
    { type: "edit", edit: { type: "clear" } },
  ),
  fc.record({ type: fc.constant("seek" as const), ms: fc.oneof(fc.double(), fc.nat(60_000)) }),
  fc.record({ type: fc.constant("skip_to" as const), uid: fc.nat(30).map((n) => `u${n}`) }),
  fc.tuple(fc.nat(20), fc.constantFrom("add" as const, "add_first" as const)).map(
    ([n, type]): PlaybackInput => ({
      type: "edit",
      edit: { type, items: buildItems(10 + n, 2, "up_next") },
    }),
  ),
  fc.nat(30).map((n): PlaybackInput => ({ type: "edit", edit: { type: "remove", uid: `u${n}` } })),
  fc
    .tuple(fc.boolean(), fc.integer())
    .map(([on, seed]): PlaybackInput => ({ type: "edit", edit: { type: "shuffle", on, seed } })),
  fc
    .constantFrom("off" as const, "context" as const, "track" as const)
    .map((mode): PlaybackInput => ({ type: "edit", edit: { type: "repeat", mode } })),
);
const code = fc.constantFrom(
  "network" as const,
  "url_expired" as const,
  "segment_corrupt" as const,
  "license_expired" as const,
  "closed" as const,
);
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: listener.map(
      (input): Move =>
        (rig) =>
          rig.send(input),
    ),
  },
  { weight: 3, arbitrary: fc.constant<Move>((rig) => rig.grant()) },
  { weight: 2, arbitrary: fc.constant<Move>((rig) => rig.timeline.length > 0 && !rig.paused && rig.begin()) },
  {
    weight: 2,
    arbitrary: fc.constant<Move>((rig) => rig.timeline.length > 0 && !rig.paused && rig.begin().join()),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(0.1, 0.8, 0.95).map(
      (share): Move =>
        (rig) =>
          rig.timeline.length > 0 && rig.at(share),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Move>((rig) => rig.wake()) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom<Refusal>({ reason: "preparing", message: "" }, { reason: "market", message: "" })
      .map(
        (refusal): Move =>
          (rig) =>
            rig.refuse(refusal),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(), code).map(
      ([n, c]): Move =>
        (rig) =>
          rig.send({ type: "failed", passId: passOf(rig, n), code: c }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(), code).map(
      ([n, c]): Move =>
        (rig) =>
          rig.send({ type: "grant_failed", passId: passOf(rig, n), code: c }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Move>((rig) => {
      // An engine is idle once the last item that it knows of has ended; what was appended meanwhile is on its way.
      const { phase, passes } = rig.state;
      if ((phase === "playing" || phase === "buffering") && passes[0]?.stage === "placed")
        rig.timeline.shift();
      rig.send({ type: "engine_idle" });
    }),
  },
  { weight: 1, arbitrary: fc.constant<Move>((rig) => rig.send({ type: "blocked" })) },
  {
    weight: 1,
    arbitrary: fc.nat(2 * HOUR_MS).map(
      (nowMs): Move =>
        (rig) =>
          rig.send({ type: "tick", nowMs }),
    ),
  },
);

describe("playback under anything", () => {
  test("never throws; passes follow the queue; the engine holds exactly the placed passes", () =>
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
        const rig = new Rig();
        for (const run of moves) {
          run(rig);
          const { passes, queue, phase } = rig.state;
          expect(passes.length).toBeLessThanOrEqual(3);
          expect(new Set(passes.map((pass) => pass.id)).size).toBe(passes.length);
          if (passes.length > 0) expect(passes[0]!.item.uid).toBe(queue.current?.uid);
          else expect(phase).toBe("idle");
          expect(passes.slice(1).map((pass) => pass.item.uid)).toEqual(
            upcoming(queue, passes.length - 1).map((item) => item.uid),
          );
          const placed = passes.filter((pass) => pass.stage === "placed").map((pass) => pass.id);
          expect(passes.slice(0, placed.length).map((pass) => pass.id)).toEqual(placed);
          if (placed.length > 0) expect(rig.timeline).toEqual(placed);
          expect(structuredClone(rig.state)).toEqual(rig.state);
        }
      }),
      { numRuns: 500 },
    ));
});

describe("a session that is followed", () => {
  const adopt = (count: number, startMs: number | null, play: boolean, index = 0): PlaybackInput => {
    const items = buildItems(100, count);
    const queue = loadContext(EMPTY_QUEUE, items, index, false, 1);
    return { type: "adopt", queue, startMs, play };
  };

  test("begins its current item where the session is", () => {
    const rig = new Rig().load(2).send(adopt(3, 12_000, true, 1));
    expect(rig.state).toMatchObject({ phase: "loading", startMs: 12_000, wantsSound: true });
    expect(rig.asked.at(-1)?.item.uid).toBe("u101");
  });

  test("stands when the session stands, and ends with it", () => {
    expect(new Rig().send(adopt(2, 500, false)).state).toMatchObject({ wantsSound: false, startMs: 500 });
    const ended: PlaybackInput = { type: "adopt", queue: EMPTY_QUEUE, startMs: 0, play: true };
    expect(new Rig().load(2).send(ended).state).toMatchObject({ phase: "idle", wantsSound: false });
  });

  test("leaves what sounds alone when only the queue around it changes", () => {
    const rig = new Rig().load(2);
    const [pass] = rig.state.passes;
    const queue = editQueue(rig.state.queue, { type: "add", items: buildItems(50, 1, "up_next") });
    rig.send({ type: "adopt", queue, startMs: null, play: false });
    expect(rig.state.passes[0]).toBe(pass);
    expect(rig.state.queue.upNext).toHaveLength(1);
    expect(rig.state.wantsSound).toBe(true);
  });
});
