import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBrowser, launchChromium } from "../../../../test/harness/chromium";
import { serve, testPageFiles } from "./browser/harness";
import { decodeWhole, signal } from "./fixtures";
import { license, MediaServer } from "./media-server";

interface Result {
  events: string[];
  frames: number;
  stats: { output: string; lastJoinGapFrames: number; underrunFrames: number; framesPlayed: number };
  rendered: string;
}

/** A track as the page of this test takes it. */
const forPage = ({ item, keyBytes }: Awaited<ReturnType<MediaServer["publish"]>>) => ({
  ...item,
  segmentKey: undefined,
  rawKey: Array.from(keyBytes),
  manifest: {
    ...item.manifest,
    media: { ...item.manifest.media, url: new URL(item.manifest.media.url).pathname },
  },
});

/** JSON with byte arrays in it. */
const plain = (value: unknown) =>
  JSON.parse(
    JSON.stringify(value, (_key, inner) =>
      inner instanceof Uint8Array ? { $bytes: Array.from(inner) } : inner,
    ),
  );

const CUTS = [0, 50_111, 98_765, 150_000];

describe.runIf(hasBrowser)("the browser engine, in Chromium", () => {
  let browser: Browser;
  let files: Map<string, Uint8Array>;
  const servers: Server[] = [];
  const media = new MediaServer();
  const tracks: Awaited<ReturnType<MediaServer["publish"]>>[] = [];
  let expected: Float32Array;

  beforeAll(async () => {
    [browser, files] = await Promise.all([launchChromium({ loud: true }), testPageFiles()]);
    const [left, right] = signal(150_000);
    const parts: Float32Array[] = [];
    for (let i = 0; i < 3; i++) {
      const piece = [left.slice(CUTS[i], CUTS[i + 1]), right.slice(CUTS[i], CUTS[i + 1])];
      tracks.push(await media.publish(piece, { uid: `t${i}` }));
      parts.push((await decodeWhole(tracks[i]!.plain))[0]!);
    }
    expected = Float32Array.from(parts.flatMap((part) => Array.from(part)));
  });
  afterAll(async () => {
    await browser?.close();
    for (const server of servers) server.close();
  });

  async function run(
    isolated: boolean,
    busy: boolean,
    seek?: number,
    played = tracks,
    replace = false,
  ): Promise<{ result: Result; sound: Float32Array }> {
    const { origin, server } = await serve(media.objects, isolated, files);
    servers.push(server);
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    await page.goto(origin);
    const items = played.map(forPage);
    const json = plain({ items, license: license(Date.now() + 3_600_000), busy, seek, replace });
    const result = (await page.evaluate(
      (raw) => (globalThis as unknown as { play(p: unknown): unknown }).play(raw),
      json,
    )) as Result;
    await page.close();
    expect(problems.filter((text) => !text.includes("favicon") && !text.includes("404"))).toEqual([]);
    const bytes = Buffer.from(result.rendered, "base64");
    return {
      result,
      sound: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
    };
  }

  it.each(["clock", "credentials", "index", "keys", "engine"])(
    "keeps the promises of its ports: %s",
    async (name) =>
      keepsPromises(name, { item: forPage(tracks[0]!), license: license(Date.now() + 3_600_000) }),
  );

  /** Runs an acceptance suite in a page, and expects nothing to go wrong. */
  async function keepsPromises(name: string, input: object): Promise<void> {
    const { origin, server } = await serve(media.objects, name === "engine", files);
    servers.push(server);
    const page = await browser.newPage();
    await page.goto(origin);
    type InPage = { runSuite(name: string, input: unknown): Promise<Record<string, string | null>> };
    const results = await page.evaluate(
      ([suite, raw]) => (globalThis as unknown as InPage).runSuite(suite as string, raw),
      [name, plain(input)] as const,
    );
    await page.close();
    expect(Object.keys(results).length).toBeGreaterThan(1);
    expect(Object.entries(results).filter(([, problem]) => problem !== null)).toEqual([]);
  }

  const ORDER = ["started t0", "ended t0", "started t1", "ended t1", "started t2", "ended t2", "idle"];

  it.each([
    { isolated: true, busy: false },
    { isolated: false, busy: false },
    { isolated: true, busy: true },
    { isolated: false, busy: true },
  ])("plays a continuous piece bit by bit: %o", async ({ isolated, busy }) => {
    const { result, sound } = await run(isolated, busy);
    expect(result.stats.output).toBe(isolated ? "shared-memory" : "messages");
    expect(result.events).toEqual(ORDER);
    expect(result.frames).toBe(150_000);
    expect(result.stats).toMatchObject({ framesPlayed: 150_000, lastJoinGapFrames: 0, underrunFrames: 0 });
    const first = sound.findIndex((sample) => sample !== 0);
    const shift = expected.findIndex((sample) => sample !== 0);
    const heard = sound.subarray(first - shift, first - shift + 150_000);
    expect(heard.length).toBe(150_000);
    expect(heard.findIndex((sample, i) => sample !== expected[i])).toBe(-1);
    expect(sound.subarray(first - shift + 150_000).every((sample) => sample === 0)).toBe(true);
  });

  it("seeks to the sample", async () => {
    const { sound } = await run(false, false, 40_000);
    const at = 40_000 + 1000;
    const place = sound.findIndex(
      (_, i) =>
        sound[i] === expected[at] && sound[i + 1] === expected[at + 1] && sound[i + 2] === expected[at + 2],
    );
    expect(place).toBeGreaterThanOrEqual(1000 - 128);
    expect(sound.subarray(place, place + 109_000).findIndex((sample, i) => sample !== expected[at + i])).toBe(
      -1,
    );
  });

  it.each([true, false])("replaces what is next while it plays; isolated: %s", async (isolated) => {
    const { result, sound } = await run(isolated, false, undefined, tracks, true);
    expect(result.events).toEqual(["started t0", "ended t0", "started t2", "ended t2", "idle"]);
    expect(result.stats).toMatchObject({ lastJoinGapFrames: 0, underrunFrames: 0 });
    const heard = [...expected.subarray(0, CUTS[1]), ...expected.subarray(CUTS[2])];
    const first = sound.findIndex((sample) => sample !== 0) - heard.findIndex((sample) => sample !== 0);
    expect(heard.findIndex((sample, i) => sample !== sound[first + i])).toBe(-1);
  });

  it.runIf(existsSync("/usr/bin/ffmpeg"))(
    "plays AAC in MP4 with exactly the frames of its manifest",
    async () => {
      const frames = 90_001;
      const left = Float32Array.from(
        { length: frames },
        (_, i) => 0.5 * Math.sin((2 * Math.PI * 441 * i) / 44_100),
      );
      const folder = await mkdtemp(join(tmpdir(), "segue-"));
      const file = join(folder, "a.m4a");
      const args =
        "-v error -f f32le -ar 44100 -ac 1 -i pipe:0 -c:a aac -b:a 128k -movflags +faststart".split(" ");
      spawnSync("/usr/bin/ffmpeg", [...args, file], { input: Buffer.from(left.buffer) });
      const aac = new Uint8Array(await readFile(file));
      await rm(folder, { recursive: true });
      await keepsPromises("aac", { bytes: aac, frames });
      const aacTrack = await media.publish([left], { uid: "aac", aac });
      const { result, sound } = await run(true, false, undefined, [aacTrack, tracks[2]!]);
      expect(result.events).toEqual(["started aac", "ended aac", "started t2", "ended t2", "idle"]);
      expect(result.frames).toBe(frames + tracks[2]!.item.manifest.totalFrames);
      expect(result.stats).toMatchObject({ lastJoinGapFrames: 0, underrunFrames: 0 });
      const after = expected.subarray(CUTS[2]!);
      const join2 = sound.findIndex(
        (_, i) => sound[i] === after[0] && sound[i + 1] === after[1] && sound[i + 2] === after[2],
      );
      const start = join2 - frames;
      let worst = 0;
      for (let i = 2000; i < frames - 2000; i++)
        worst = Math.max(worst, Math.abs(sound[start + i]! - left[i]!));
      expect(worst).toBeLessThan(0.02);
      const seeked = await run(false, false, 50_000, [aacTrack]);
      expect(seeked.result.frames).toBe(frames - 50_000);
      const place = seeked.sound.findIndex((sample) => sample !== 0);
      const best = [0, 1, -1].map((shift) => {
        let error = 0;
        for (let i = 1000; i < 30_000; i++)
          error = Math.max(error, Math.abs(seeked.sound[place + shift + i]! - left[50_000 + i]!));
        return error;
      });
      expect(Math.min(...best)).toBeLessThan(0.05);
    },
  );
});
