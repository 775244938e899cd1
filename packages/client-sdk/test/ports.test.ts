/** The acceptance suites of the ports that have no test file of their own, over each implementation that runs in Node. */
import { readdirSync } from "node:fs";
import { buildManifest } from "@segue/core/testing";
import { describe, expect, test } from "vitest";
import { VorbisDecoder } from "../src/engine/decode/vorbis";
import { createNodeEngine } from "../src/node/node-engine";
import { NullOutput } from "../src/node/outputs/null-output";
import { systemClock } from "../src/ports/clock";
import * as testing from "../src/testing";
import { clockSuite } from "../src/testing/acceptance-clock";
import { trackDecoderSuite } from "../src/testing/acceptance-decoder";
import { engineSuite } from "../src/testing/acceptance-engine";
import { fakeEngine } from "../src/testing/fake-engine";
import { manualClock } from "../src/testing/manual-clock";
import { encode, signal } from "./engine/fixtures";
import { license, MediaServer } from "./engine/media-server";
import { segmentKey } from "./player-world";

const tools = { describe, test, equal: (a: unknown, b: unknown) => expect(a).toEqual(b) };
const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** By port: the suite that an adapter of somebody else's runs. */
const SUITES: Record<string, keyof typeof testing> = {
  "audio-output": "audioOutputSuite",
  clock: "clockSuite",
  credentials: "credentialStoreSuite",
  decoder: "trackDecoderSuite",
  engine: "engineSuite",
  http: "httpClientSuite",
  "index-store": "indexStoreSuite",
  "key-store": "keyStoreSuite",
  "outbox-store": "outboxStoreSuite",
  socket: "socketSuite",
};
test("every port has an acceptance suite in the public testing entry", () => {
  const ports = readdirSync(new URL("../src/ports", import.meta.url)).map((name) => name.replace(".ts", ""));
  expect(ports.filter((port) => typeof testing[SUITES[port] as never] !== "function")).toEqual([]);
});

describe("the system's clock", () =>
  clockSuite(tools, () => ({ clock: systemClock, pass: (ms) => later(ms + 20) })));
describe("a manual clock", () =>
  clockSuite(tools, () => {
    const clock = manualClock();
    return { clock, pass: async (ms) => clock.advance(ms) };
  }));

describe("Vorbis by wasm", () => {
  for (const channels of [1, 2]) {
    describe(`${channels} channels`, () => {
      const frames = 3 * 44_100 + 17;
      const encoded = encode(signal(frames).slice(0, channels));
      trackDecoderSuite(tools, async () => {
        const bytes = await encoded;
        const open = (data = bytes) =>
          VorbisDecoder.open(
            { size: data.length, read: async (at, length) => data.slice(at, at + length) },
            frames,
          );
        return { open, bytes, frames, channels };
      });
    });
  }
});

describe("the engine without sound", () =>
  engineSuite(tools, async () => {
    const engine = fakeEngine();
    const manifest = buildManifest(1, { totalFrames: 50_003 });
    return {
      engine,
      item: (uid) => ({ uid, manifest, segmentKey, startFrame: 0, gain: 1 }),
      pass: async () => engine.run(100),
    };
  }));

describe("the Node engine", () => {
  const server = new MediaServer();
  const published = server.publish(signal(50_003));
  for (const clock of ["virtual", "real"] as const) {
    // In real time there is nothing to do but to wait, which all of them can do at once.
    const beside = clock === "real" ? { ...tools, describe: describe.concurrent } : tools;
    describe(`in ${clock} time`, () =>
      engineSuite(beside, async () => {
        const { item } = await published;
        const engine = createNodeEngine({ output: new NullOutput({ clock }), fetch: server.fetch });
        await engine.prepare();
        engine.setLicense(license(Date.now() + 3_600_000));
        return { engine, item: (uid) => ({ ...item, uid }), pass: () => later(10) };
      }));
  }
});
