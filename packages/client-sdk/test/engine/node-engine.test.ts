import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createNodeEngine } from "../../src/node/node-engine";
import { WavOutput } from "../../src/node/outputs/wav-output";
import type { AudioOutput } from "../../src/ports/audio-output";
import type { Engine, EngineEvent } from "../../src/ports/engine";
import { decodeWhole, signal } from "./fixtures";
import { license, MediaServer } from "./media-server";

/** Keeps what it is given, without a pace. */
class CaptureOutput implements AudioOutput {
  readonly realtime = false;
  readonly latencyMs = 0;
  readonly left: number[] = [];
  readonly right: number[] = [];
  async open(): Promise<void> {}
  async write(left: Float32Array, right: Float32Array, frames: number): Promise<void> {
    for (let i = 0; i < frames; i++) {
      this.left.push(left[i]!);
      this.right.push(right[i]!);
    }
  }
  async close(): Promise<void> {}
}

const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});

function make(server: MediaServer, output: AudioOutput) {
  const engine = createNodeEngine({ output, fetch: server.fetch });
  engines.push(engine);
  const events: EngineEvent[] = [];
  engine.on((event) => events.push(event));
  engine.setLicense(license(Date.now() + 3_600_000));
  const until = (test: (event: EngineEvent) => boolean) =>
    new Promise<EngineEvent>((resolve) => {
      const seen = events.find(test);
      if (seen) resolve(seen);
      else engine.on((event) => test(event) && resolve(event));
    });
  return { engine, events, until };
}

const brief = (events: EngineEvent[]) =>
  events
    .filter((e) => e.type !== "position" && e.type !== "buffered")
    .map((e) => `${e.type} ${"uid" in e ? e.uid : ""}`.trim());

describe("the Node engine", () => {
  it("renders a continuous piece to WAV: every frame, bit by bit, no gap", async () => {
    const [left, right] = signal(150_000);
    const cuts = [0, 47_777, 99_001, 150_000];
    const server = new MediaServer();
    const tracks = [];
    for (let i = 0; i < 3; i++) {
      const piece = [left.slice(cuts[i], cuts[i + 1]), right.slice(cuts[i], cuts[i + 1])];
      tracks.push(await server.publish(piece, { uid: `t${i}` }));
    }
    const folder = await mkdtemp(join(tmpdir(), "segue-"));
    const { engine, events, until } = make(server, new WavOutput(join(folder, "out.wav"), { sample: "f32" }));
    engine.start(tracks[0]!.item, { paused: false });
    engine.append(tracks[1]!.item);
    engine.append(tracks[2]!.item);
    await until((event) => event.type === "idle");
    expect(engine.stats().lastJoinGapFrames).toBe(0);
    expect(engine.stats().underrunFrames).toBe(0);
    await engine.close();
    const wav = await readFile(join(folder, "out.wav"));
    await rm(folder, { recursive: true });
    const pcm = new Float32Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + wav.length));
    expect(pcm.length / 2).toBe(150_000);
    let at = 0;
    let different = 0;
    for (const track of tracks) {
      const [l, r] = await decodeWhole(track.plain);
      for (let i = 0; i < l!.length; i++, at++)
        if (pcm[at * 2] !== l![i] || pcm[at * 2 + 1] !== r![i]) different++;
    }
    expect({ at, different }).toEqual({ at: 150_000, different: 0 });
    expect(brief(events)).toEqual([
      "started t0",
      "ended t0",
      "started t1",
      "ended t1",
      "started t2",
      "ended t2",
      "idle",
    ]);
    expect(events.filter((e) => e.type === "ended").map((e) => e.framesPlayed)).toEqual([
      47_777, 51_224, 50_999,
    ]);
  });

  it("continues the same stream with an item that comes after the end of the last one", async () => {
    const server = new MediaServer();
    const [a, b, c] = await Promise.all(
      ["a", "b", "c"].map((uid, i) => server.publish(signal(50_000 + i, 44_100, i + 1), { uid })),
    );
    const output = new CaptureOutput();
    const { engine, events, until } = make(server, output);
    engine.start(a!.item, { paused: false });
    await until((event) => event.type === "idle");
    expect(engine.stats().lastJoinGapFrames).toBeNull();
    engine.append(b!.item);
    await until((event) => event.type === "ended" && event.uid === "b");
    expect(engine.stats()).toMatchObject({ lastJoinGapFrames: 0, framesPlayed: 100_001 });
    // Whoever cuts behind an item that has just ended means what would follow it.
    engine.pause();
    engine.append(c!.item);
    engine.truncateAfter("b");
    await engine.resume();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(brief(events)).toEqual(["started a", "ended a", "idle", "started b", "ended b", "idle"]);
    const [first, second] = await Promise.all([decodeWhole(a!.plain), decodeWhole(b!.plain)]);
    const whole = [...first[0]!, ...second[0]!];
    expect(output.left.length).toBe(whole.length);
    expect(output.left.findIndex((sample, i) => sample !== whole[i])).toBe(-1);
  });

  it("starts in the middle and seeks to the sample", async () => {
    const server = new MediaServer();
    const track = await server.publish(signal(300_000), { uid: "a" });
    const whole = (await decodeWhole(track.plain))[0]!;
    const output = new CaptureOutput();
    const { engine, until } = make(server, output);
    engine.start({ ...track.item, startFrame: 123_457 }, { paused: true });
    engine.seek(200_003);
    await engine.resume();
    await until((event) => event.type === "idle");
    expect(output.left.length).toBe(300_000 - 200_003);
    // The first 5 ms fade in.
    expect(output.left.slice(300).every((sample, i) => sample === whole[200_303 + i])).toBe(true);
  });

  it("mixes sample rates, mono and stereo, with exactly the frames they last", async () => {
    const server = new MediaServer();
    const mono = await server.publish([signal(22_050, 22_050)[0]], { uid: "mono", rateHz: 22_050 });
    const high = await server.publish(signal(48_001, 48_000), { uid: "high", rateHz: 48_000, gain: 0.5 });
    const output = new CaptureOutput();
    const { engine, until } = make(server, output);
    engine.start(mono.item, { paused: false });
    engine.append(high.item);
    await until((event) => event.type === "idle");
    expect(output.left.length).toBe(44_100 + Math.ceil((48_001 * 44_100) / 48_000));
    const [original] = signal(22_050, 22_050);
    let error = 0;
    for (let i = 100; i < 20_000; i++) error = Math.max(error, Math.abs(output.left[i * 2]! - original[i]!));
    expect(error).toBeLessThan(0.3);
    expect(output.left).not.toContain(Number.NaN);
  });

  it("asks the license before every segment", async () => {
    const server = new MediaServer();
    const track = await server.publish(signal(100_000), { uid: "a" });
    const { engine, events, until } = make(server, new CaptureOutput());
    engine.setLicense(license(Date.now() - 1));
    engine.start(track.item, { paused: false });
    const failed = await until((event) => event.type === "failed");
    expect(failed).toMatchObject({ uid: "a", error: { code: "license_expired" } });
    expect(engine.stats().segmentsDecrypted).toBe(0);
    engine.setLicense(license(Date.now() + 60_000));
    await until((event) => event.type === "idle");
    expect(brief(events)).toEqual(["failed a", "started a", "ended a", "idle"]);
  });

  it("continues after an expired URL was replaced", async () => {
    const server = new MediaServer();
    const track = await server.publish(signal(100_000), { uid: "a" });
    server.fault = (_n, url) => (url.includes("fresh") ? {} : { status: 403, code: "url_expired" });
    const { engine, until } = make(server, new CaptureOutput());
    engine.start(track.item, { paused: false });
    expect(await until((event) => event.type === "failed")).toMatchObject({ error: { code: "url_expired" } });
    expect(server.requests.length).toBe(1);
    engine.replaceUrl("a", `${track.item.manifest.media.url}?fresh`);
    expect(await until((event) => event.type === "ended")).toMatchObject({ framesPlayed: 100_000 });
  });

  it("forgets what was cut off and plays what was appended instead", async () => {
    const server = new MediaServer();
    const [a, b, c] = await Promise.all(
      ["a", "b", "c"].map((uid, i) => server.publish(signal(60_000 + i, 44_100, i + 1), { uid })),
    );
    const output = new CaptureOutput();
    const { engine, events, until } = make(server, output);
    engine.start(a!.item, { paused: true });
    engine.append(b!.item);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(engine.stats().ringFillMs).toBeGreaterThan(2500);
    engine.truncateAfter("a");
    engine.append(c!.item);
    await engine.resume();
    await until((event) => event.type === "idle");
    expect(brief(events)).toEqual(["started a", "ended a", "started c", "ended c", "idle"]);
    expect(output.left.length).toBe(60_000 + 60_002);
    const whole = (await decodeWhole(c!.plain))[0]!;
    expect(output.left.slice(60_000).every((sample, i) => sample === whole[i])).toBe(true);
  });

  it("uses a head that was asked for before the grant", async () => {
    const server = new MediaServer();
    const track = await server.publish(signal(400_000), { uid: "a" });
    const { manifest } = track.item;
    const { engine, until } = make(server, new CaptureOutput());
    engine.fetchHead({ renditionId: manifest.renditionId, url: manifest.media.url, byteLength: 65_536 });
    engine.fetchHead({ renditionId: manifest.renditionId, url: manifest.media.url, byteLength: 65_536 });
    engine.start(track.item, { paused: false });
    await until((event) => event.type === "idle");
    const asked = server.requests.map((request) => request.split(" ")[1]);
    expect(asked[0]).toBe("bytes=0-65535");
    expect(asked[1]).toMatch(/^bytes=65536-/);
    expect(asked.filter((range) => range!.startsWith("bytes=0-"))).toHaveLength(1);
  });
});
