import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createNodeEngine } from "../../src/node/node-engine";
import { NullOutput } from "../../src/node/outputs/null-output";
import type { EngineEvent } from "../../src/ports/engine";
import { signal } from "./fixtures";
import { license, MediaServer } from "./media-server";

type Command = "append" | "truncate" | "seek" | "pause" | "resume" | "start" | "wait";

describe("any order of commands", () => {
  it("leaves an engine that plays the next item whole, without a failure", async () => {
    const server = new MediaServer();
    const tracks = await Promise.all(
      [30_000, 52_345, 1].map((frames, i) => server.publish(signal(frames, 44_100, i + 1))),
    );
    const command = fc.constantFrom<Command>(
      "append",
      "truncate",
      "seek",
      "pause",
      "resume",
      "start",
      "wait",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(command, fc.nat(60_000)), { maxLength: 14 }), async (commands) => {
        const output = new NullOutput({ clock: "virtual" });
        const engine = createNodeEngine({ output, fetch: server.fetch });
        const events: EngineEvent[] = [];
        engine.on((event) => events.push(event));
        engine.setLicense(license(Date.now() + 3_600_000));
        await engine.prepare();
        let uid = 0;
        const item = (n: number) => ({ ...tracks[n % tracks.length]!.item, uid: `u${uid++}` });
        engine.start(item(0), { paused: false });
        for (const [name, n] of commands) {
          if (name === "append") engine.append(item(n));
          if (name === "truncate") engine.truncateAfter(`u${n % Math.max(1, uid)}`);
          if (name === "seek") engine.seek(n);
          if (name === "pause") engine.pause();
          if (name === "resume") await engine.resume();
          if (name === "start") engine.start(item(n), { paused: n % 2 === 0 });
          if (name === "wait") await new Promise((resolve) => setTimeout(resolve, n % 8));
        }
        const last = item(0);
        engine.start(last, { paused: true });
        await engine.resume();
        await new Promise<void>((resolve) => {
          engine.on((event) => event.type === "ended" && event.uid === last.uid && resolve());
        });
        expect(events.filter((event) => event.type === "failed")).toEqual([]);
        const started = events.flatMap((event) => (event.type === "started" ? [event.uid] : []));
        expect(new Set(started).size).toBe(started.length);
        const end = events.find((event) => event.type === "ended" && event.uid === last.uid);
        expect(end).toMatchObject({ framesPlayed: 30_000 });
        await engine.close();
      }),
      { numRuns: 25 },
    );
  });
});
