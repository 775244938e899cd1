/** What every engine must do: what the player builds on. */
import type { Engine, EngineEvent, EngineItem } from "../ports/engine";
import type { SuiteTools } from "./suite-tools";

/** An engine, and something that it can play. */
export interface EngineSubject {
  readonly engine: Engine;
  /** An item of half a second to 3 s that this engine can play, under this uid. */
  item(uid: string): EngineItem;
  /** Lets time pass: 100 ms of it, or as much as the engine needs to come on. */
  pass(): Promise<void>;
}

const PATIENCE = 2_000;

/** @param open Makes an engine that is prepared, licensed and has an empty timeline */
export function engineSuite({ describe, test, equal }: SuiteTools, open: () => Promise<EngineSubject>): void {
  async function world() {
    const subject = await open();
    const events: EngineEvent[] = [];
    subject.engine.on((event) => events.push(event));
    /** What happened, without the progress in between. */
    const brief = () =>
      events.flatMap((event) => {
        if (event.type === "started") return [`started ${event.uid} at ${event.frame}`];
        if (event.type === "ended") return [`ended ${event.uid} after ${event.framesPlayed}`];
        return event.type === "idle" || event.type === "failed" ? [event.type] : [];
      });
    async function until(happened: (event: EngineEvent) => boolean): Promise<void> {
      for (let turn = 0; turn < PATIENCE && !events.some(happened); turn++) await subject.pass();
      if (!events.some(happened)) throw new Error(`waited in vain; there was: ${brief().join(", ")}`);
    }
    return { ...subject, events, brief, until };
  }
  const idle = (event: EngineEvent) => event.type === "idle";

  describe("an engine", () => {
    test("plays items one after the other, each with all of its frames, then is idle", async () => {
      const { engine, item, brief, until } = await world();
      const [a, b] = [item("a"), item("b")];
      engine.start(a, { paused: false });
      engine.append(b);
      await until(idle);
      const { totalFrames: of } = a.manifest;
      const { totalFrames: ofB } = b.manifest;
      equal(brief(), [
        "started a at 0",
        `ended a after ${of}`,
        "started b at 0",
        `ended b after ${ofB}`,
        "idle",
      ]);
      await engine.close();
    });

    test("begins at the frame that an item names, and counts what it played", async () => {
      const { engine, item, brief, until } = await world();
      const a = item("a");
      engine.start({ ...a, startFrame: 5_000 }, { paused: false });
      await until(idle);
      equal(brief(), ["started a at 5000", `ended a after ${a.manifest.totalFrames - 5_000}`, "idle"]);
      await engine.close();
    });

    test("goes on with what is appended after it was idle", async () => {
      const { engine, item, events, until } = await world();
      engine.start(item("a"), { paused: false });
      await until(idle);
      engine.append(item("b"));
      await until((event) => event.type === "ended" && event.uid === "b");
      equal(
        events.some((event) => event.type === "failed"),
        false,
      );
      await engine.close();
    });

    test("keeps still while it is paused, and goes on when it is resumed", async () => {
      const { engine, item, pass, brief, until } = await world();
      const a = item("a");
      engine.start(a, { paused: true });
      for (let turn = 0; turn < 5; turn++) await pass();
      equal(brief(), []);
      await engine.resume();
      await until(idle);
      equal(brief(), ["started a at 0", `ended a after ${a.manifest.totalFrames}`, "idle"]);
      await engine.close();
    });

    test("is silent before it plays, after a pause, and never while it sounds", async () => {
      const { engine, item, pass, events, until } = await world();
      let silent = 0;
      const ask = () => void engine.whenSilent().then(() => silent++);
      const settle = async () => {
        for (let turn = 0; turn < 20 && silent === 0; turn++) await pass();
      };
      ask();
      await settle();
      equal(silent, 1);
      engine.start(item("a"), { paused: false });
      await until((event) => event.type === "started");
      silent = 0;
      engine.pause();
      ask();
      await settle();
      equal(silent, 1);
      const heard = events.length;
      for (let turn = 0; turn < 3; turn++) await pass();
      equal(
        events.slice(heard).some((event) => event.type === "ended"),
        false,
      );
      await engine.close();
    });

    test("plays on from where it was sought to, and what follows from its start", async () => {
      const { engine, item, brief, until } = await world();
      const [a, b] = [item("a"), item("b")];
      engine.start(a, { paused: true });
      engine.append(b);
      engine.seek(a.manifest.totalFrames - 9_000);
      await engine.resume();
      await until(idle);
      const from = a.manifest.totalFrames - 9_000;
      const end = `ended b after ${b.manifest.totalFrames}`;
      equal(brief(), [`started a at ${from}`, "ended a after 9000", "started b at 0", end, "idle"]);
      await engine.close();
    });

    test("forgets what is cut off, and plays what is appended in its place", async () => {
      const { engine, item, events, until } = await world();
      engine.start(item("a"), { paused: true });
      engine.append(item("b"));
      engine.append(item("c"));
      engine.truncateAfter("a");
      engine.truncateAfter("nobody");
      engine.append(item("d"));
      await engine.resume();
      await until(idle);
      const started = events.flatMap((event) => (event.type === "started" ? [event.uid] : []));
      equal(started, ["a", "d"]);
      await engine.close();
    });

    test("drops its timeline when another item is started", async () => {
      const { engine, item, events, until } = await world();
      engine.start(item("a"), { paused: true });
      engine.append(item("b"));
      engine.start(item("c"), { paused: false });
      await until(idle);
      const ended = events.flatMap((event) => (event.type === "ended" ? [event.uid] : []));
      equal(ended, ["c"]);
      await engine.close();
    });

    test("tells positions that never go back but by a seek, within the item", async () => {
      const { engine, item, events, until } = await world();
      const a = item("a");
      engine.start(a, { paused: false });
      await until(idle);
      let before = 0;
      for (const event of events) {
        if (event.type !== "position") continue;
        equal([event.uid, event.frame >= before, event.frame <= a.manifest.totalFrames], ["a", true, true]);
        before = event.frame;
      }
      equal(engine.stats().framesPlayed, a.manifest.totalFrames);
      await engine.close();
    });

    test("is closed twice, in the middle of an item, and says nothing afterwards", async () => {
      const { engine, item, events, pass } = await world();
      engine.start(item("a"), { paused: false });
      await engine.close();
      await engine.close();
      const count = events.length;
      for (let turn = 0; turn < 5; turn++) await pass();
      equal(events.length, count);
    });

    test("tells nobody who has stopped to listen", async () => {
      const { engine, item, until } = await world();
      let heard = 0;
      engine.on(() => heard++)();
      engine.start(item("a"), { paused: false });
      await until(idle);
      equal(heard, 0);
      await engine.close();
    });
  });
}
