import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Pcm } from "../read/pcm";
import { systemFfmpeg } from "../testing/encode";
import { cut, noise, tone } from "../testing/sound";
import { encodeWav } from "../testing/wav";
import { integrate, SILENCE_LUFS } from "./gate";
import { LoudnessMeter, measureBlocks } from "./loudness-meter";

const ffmpeg = await systemFfmpeg();
const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
const lufs = (pcm: Pcm) => integrate([measureBlocks(pcm)]);

describe("loudness after ITU-R BS.1770", () => {
  it.each([44_100, 48_000, 96_000])("reads -23 LUFS for a stereo 1 kHz tone of -23 dBFS at %i Hz", (rate) => {
    expect(lufs(tone(5, 1000, 10 ** (-23 / 20), rate))).toBeCloseTo(-23, 1);
  });

  it("reads 3 dB less for one channel", () => {
    expect(lufs(tone(5, 1000, 10 ** (-23 / 20), 48_000, 1))).toBeCloseTo(-26.01, 1);
  });

  it("gates quiet parts away (EBU Tech 3341, case 3)", () => {
    const parts = [
      tone(5, 1000, 10 ** (-36 / 20)),
      tone(20, 1000, 10 ** (-23 / 20)),
      tone(5, 1000, 10 ** (-36 / 20)),
    ];
    const channels = [0, 1].map((c) => Float32Array.from(parts.flatMap((part) => [...part.channels[c]!])));
    expect(lufs({ sampleRate: 48_000, channels })).toBeCloseTo(-23, 0.9);
  });

  it("gates the tracks of an album together", () => {
    const loud = measureBlocks(tone(10, 1000, 10 ** (-13 / 20)));
    const quiet = measureBlocks(tone(10, 1000, 10 ** (-43 / 20)));
    expect(integrate([loud, quiet])).toBeCloseTo(-13, 1);
  });

  it("reports silence and shreds as numbers", () => {
    expect(lufs(tone(2, 1000, 0))).toBe(SILENCE_LUFS);
    expect(Number.isFinite(lufs(tone(0.01, 1000, 0.5)))).toBe(true);
    expect(lufs({ sampleRate: 44_100, channels: [] })).toBe(SILENCE_LUFS);
  });

  it("finds the peak between samples", () => {
    const samples = Float32Array.from({ length: 4800 }, (_, i) => Math.sin((Math.PI * i) / 2 + Math.PI / 4));
    const { peak } = measureBlocks({ sampleRate: 48_000, channels: [samples] });
    expect(20 * Math.log10(peak)).toBeGreaterThan(-0.4);
    expect(20 * Math.log10(peak)).toBeLessThan(0.3);
  });

  it.skipIf(!ffmpeg)("agrees with ffmpeg's ebur128", () => {
    for (const pcm of [noise(44_100 * 6, 0.3), tone(6, 100, 0.4), tone(6, 6000, 0.2, 44_100, 1)]) {
      const args = [
        "-hide_banner",
        "-nostats",
        "-f",
        "wav",
        "-i",
        "pipe:0",
        "-af",
        "ebur128=peak=true",
        "-f",
        "null",
        "-",
      ];
      const report = execFileSync("sh", ["-c", `exec ${ffmpeg?.command} "$@" 2>&1`, "sh", ...args], {
        input: encodeWav(pcm),
      }).toString();
      const summary = report.slice(report.lastIndexOf("Summary"));
      const [, integrated] = /I:\s+(-?[\d.]+) LUFS/.exec(summary)!;
      const [, peak] = /Peak:\s+(-?[\d.]+) dBFS/.exec(summary)!;
      const found = measureBlocks(pcm);
      expect(Math.abs(integrate([found]) - Number(integrated))).toBeLessThan(0.15);
      expect(Math.abs(20 * Math.log10(found.peak) - Number(peak))).toBeLessThan(1);
    }
  });

  it("is the same, with the peak, however a track is cut into blocks", () => {
    const pcm = noise(100_000, 0.7, 3);
    const whole = measureBlocks(pcm);
    fc.assert(
      fc.property(shares, (places) => {
        const meter = new LoudnessMeter(pcm.sampleRate, 2);
        for (const block of cut(pcm, places)) meter.push(block);
        const found = meter.finish();
        expect(found.blocks.length).toBe(whole.blocks.length);
        expect(integrate([found])).toBeCloseTo(integrate([whole]), 9);
        expect(found.peak).toBeCloseTo(whole.peak, 6);
      }),
      { numRuns: 20 },
    );
  });
});
