import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CommandOutput } from "../../src/node/outputs/command-output";
import { NullOutput } from "../../src/node/outputs/null-output";
import { WavOutput } from "../../src/node/outputs/wav-output";
import { audioOutputSuite } from "../../src/testing/acceptance-output";

const tools = { describe, test: it, equal: (a: unknown, b: unknown) => expect(a).toEqual(b) };
const folder = mkdtempSync(join(tmpdir(), "segue-"));
afterAll(() => rmSync(folder, { recursive: true }));

const wav = join(folder, "out.wav");
const raw = join(folder, "out.pcm");
const toFile = ["-e", `process.stdin.pipe(require("fs").createWriteStream(${JSON.stringify(raw)}))`];

describe("NullOutput in real time", () => audioOutputSuite(tools, () => new NullOutput()));
describe("NullOutput in virtual time", () => {
  let last: NullOutput;
  audioOutputSuite(
    tools,
    () => {
      last = new NullOutput({ clock: "virtual" });
      return last;
    },
    async () => last.frames,
  );
});
describe("WavOutput", () => {
  audioOutputSuite(
    tools,
    () => new WavOutput(wav),
    async () => ((await readFile(wav)).length - 44) / 4,
  );

  it("writes a header that tells rate, channels and length", async () => {
    const output = new WavOutput(wav);
    await output.open({ sampleRateHz: 48_000, channels: 2 });
    await output.write(Float32Array.of(1, -1, 5), Float32Array.of(0, 0.5, -5), 3);
    await output.close();
    const bytes = await readFile(wav);
    expect(bytes.subarray(0, 4).toString() + bytes.subarray(8, 16).toString()).toBe("RIFFWAVEfmt ");
    expect([bytes.readUInt32LE(24), bytes.readUInt16LE(22), bytes.readUInt32LE(40)]).toEqual([48_000, 2, 12]);
    const samples = [0, 1, 2, 3, 4, 5].map((i) => bytes.readInt16LE(44 + i * 2));
    expect(samples).toEqual([32_767, 0, -32_767, 16_384, 32_767, -32_767]);
  });

  it("says when the file cannot be written", async () => {
    const output = new WavOutput(join(folder, "none", "out.wav"));
    await expect(output.open({ sampleRateHz: 48_000, channels: 2 })).rejects.toMatchObject({
      code: "output_failed",
    });
  });
});
describe("CommandOutput", () => {
  audioOutputSuite(
    tools,
    () => new CommandOutput(process.execPath, toFile),
    async () => (await readFile(raw)).length / 4,
  );

  it("feeds the program ahead at the begin, and again after a silence that it was spared", async () => {
    const output = new CommandOutput(process.execPath, toFile);
    await output.open({ sampleRateHz: 44_100, channels: 2 });
    const frames = 1024;
    const blockMs = (frames / 44_100) * 1000;
    const [music, nothing] = [new Float32Array(frames).fill(0.5), new Float32Array(frames)];
    /** How many blocks are taken before the first that has to wait. */
    const takenAtOnce = async () => {
      for (let taken = 1; ; taken++) {
        const since = performance.now();
        await output.write(music, music, frames);
        if (performance.now() - since > blockMs / 2) return taken;
      }
    };
    const ahead = output.latencyMs / blockMs;
    expect(await takenAtOnce()).toBeGreaterThan(ahead / 2);
    for (let i = 0; i < 30; i++) await output.write(nothing, nothing, frames);
    expect(await takenAtOnce()).toBeGreaterThan(ahead / 2);
    await output.close();
  });

  it("says when the program is missing or stops", async () => {
    const missing = new CommandOutput(join(folder, "no-such-program"), []);
    await expect(missing.open({ sampleRateHz: 44_100, channels: 2 })).rejects.toMatchObject({
      code: "output_failed",
    });
    const stops = new CommandOutput(process.execPath, ["-e", "process.exit(3)"]);
    await stops.open({ sampleRateHz: 44_100, channels: 2 });
    const flood = async () => {
      for (;;) await stops.write(new Float32Array(4096), new Float32Array(4096), 4096);
    };
    await expect(flood()).rejects.toMatchObject({ code: "output_failed" });
    await stops.close();
  });
});
