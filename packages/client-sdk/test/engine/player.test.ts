import { resampledFrames } from "@segue/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PcmPlayer } from "../../src/engine/output/pcm-player";
import { BlockQueue, type PcmSource } from "../../src/engine/output/pcm-source";
import type { OutputMessage, OutputReport } from "../../src/engine/output/protocol";
import { ringBytes, SharedRing } from "../../src/engine/output/shared-ring";
import { Resampler } from "../../src/engine/resampler";

const RATE = 1000;
const ramp = (from: number, count: number) =>
  Float32Array.from({ length: count }, (_, i) => (from + i + 1) / 2 ** 20);

describe("a PCM source", () => {
  it.each(["blocks", "shared memory"])("gives what was put in, in order, whatever the sizes: %s", (kind) => {
    const step = fc.record({ write: fc.nat(40), read: fc.nat(40) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const ring = new SharedRing(new ArrayBuffer(ringBytes(64)));
        const queue = new BlockQueue();
        const source: PcmSource = kind === "blocks" ? queue : ring;
        let written = 0;
        let read = 0;
        for (const { write, read: wanted } of steps) {
          const samples = ramp(written, write);
          if (kind === "blocks") queue.push(samples, samples);
          written += kind === "blocks" ? write : ring.write(samples, samples, 0, write);
          const left = new Float32Array(40);
          const right = new Float32Array(40);
          const count = source.read(left, right, 0, wanted);
          expect(left.subarray(0, count)).toEqual(ramp(read, count));
          expect(right.subarray(0, count)).toEqual(ramp(read, count));
          read += count;
          expect(source.available()).toBe(written - read);
        }
      }),
    );
  });
});

describe("PcmPlayer", () => {
  /** Plays `blocks` of music with late deliveries and gives what was rendered. */
  function play(deliveries: readonly { readonly frames: number; readonly renders: number }[]) {
    const messages: OutputMessage[] = [];
    const player = new PcmPlayer(RATE, (message) => messages.push(message));
    player.command({ type: "flush", epoch: 1, fadeIn: false });
    const heard: number[] = [];
    let written = 0;
    const render = () => {
      const left = new Float32Array(128);
      player.render(left, new Float32Array(128), 128);
      heard.push(...left);
    };
    deliveries.forEach(({ frames, renders }, id) => {
      const samples = ramp(written, frames);
      player.command({ type: "mark", epoch: 1, id, frame: written });
      player.command({ type: "pcm", epoch: 1, left: samples, right: samples.slice() });
      written += frames;
      for (let i = 0; i < renders; i++) render();
    });
    const eofAt = heard.length;
    player.command({ type: "eof", epoch: 1, eof: true });
    for (let i = 0; i < Math.ceil(written / 128) + 2; i++) render();
    player.report();
    return { heard, written, eofAt, reports: messages.filter((m): m is OutputReport => m.type === "report") };
  }

  it("never drops, repeats or reorders a frame, and counts the silence between", () => {
    const delivery = fc.record({ frames: fc.integer({ min: 1, max: 2000 }), renders: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(delivery, { minLength: 1, maxLength: 12 }), (deliveries) => {
        const { heard, written, eofAt, reports } = play(deliveries);
        expect(Float32Array.from(heard.filter((sample) => sample !== 0))).toEqual(ramp(0, written));
        expect(reports.at(-1)!.played).toBe(written);
        const first = heard.findIndex((sample) => sample !== 0);
        const last = heard.findLastIndex((sample) => sample !== 0);
        const silence = heard.slice(first, Math.max(last, eofAt)).filter((sample) => sample === 0).length;
        expect(reports.at(-1)!.underrun).toBe(silence);
        const crossed = reports.flatMap((report) => report.marks);
        expect(crossed.map((mark) => mark.id)).toEqual(deliveries.map((_, id) => id));
      }),
      { numRuns: 200 },
    );
  });

  it("waits for a second of music before it sounds, and again after it ran dry", () => {
    const { heard } = play([
      { frames: 900, renders: 3 },
      { frames: 200, renders: 12 },
      { frames: 500, renders: 3 },
    ]);
    expect(heard.findIndex((sample) => sample !== 0)).toBe(3 * 128);
  });

  it("makes no sound when it was paused before the music came", () => {
    const player = new PcmPlayer(RATE, () => undefined);
    player.command({ type: "pause", paused: true, seq: 1 });
    player.command({ type: "flush", epoch: 1, fadeIn: false });
    player.command({ type: "pcm", epoch: 1, left: ramp(0, 2000), right: ramp(0, 2000) });
    const left = new Float32Array(128);
    expect(player.render(left, new Float32Array(128), 128)).toBe(0);
    player.command({ type: "pause", paused: false, seq: 2 });
    expect(player.render(left, new Float32Array(128), 128)).toBe(128);
    expect(left).toEqual(ramp(0, 128));
  });

  it("says that it is silent once a pause has faded out, not when it is told to pause", () => {
    const reports: OutputReport[] = [];
    const player = new PcmPlayer(RATE, (message) => message.type === "report" && reports.push(message));
    player.command({ type: "flush", epoch: 1, fadeIn: false });
    player.command({ type: "pcm", epoch: 1, left: ramp(0, 2000), right: ramp(0, 2000) });
    const render = (frames: number) => {
      player.render(new Float32Array(128), new Float32Array(128), frames);
      return reports.at(-1);
    };
    expect(render(128)).toMatchObject({ silent: false });
    player.command({ type: "pause", paused: true, seq: 7 });
    expect(render(3)).toMatchObject({ silent: false, pauseSeq: 7 });
    render(10);
    expect(render(1)).toMatchObject({ silent: true, pauseSeq: 7 });
    player.command({ type: "pause", paused: false, seq: 8 });
    expect(render(128)).toMatchObject({ silent: false, pauseSeq: 8 });
  });

  it("keeps what is audible when it is cut behind it", () => {
    const messages: OutputMessage[] = [];
    const player = new PcmPlayer(RATE, (message) => messages.push(message));
    player.command({ type: "flush", epoch: 1, fadeIn: false });
    player.command({ type: "pcm", epoch: 1, left: ramp(0, 2000), right: ramp(0, 2000) });
    const left = new Float32Array(512);
    player.render(left, new Float32Array(512), 512);
    player.command({ type: "truncate", epoch: 1, frame: 500 });
    player.command({ type: "truncate", epoch: 1, frame: 600 });
    player.command({ type: "eof", epoch: 1, eof: true });
    const cut = messages.filter((message) => message.type === "truncated").map((message) => message.done);
    expect(cut).toEqual([false, true]);
    expect(player.render(left, new Float32Array(512), 512)).toBe(88);
  });
});

describe("Resampler", () => {
  it("gives exactly the frames that the rates promise, however the input is cut", () => {
    const rates = fc.constantFrom(22_050, 32_000, 44_100, 48_000, 96_000);
    fc.assert(
      fc.property(
        rates,
        rates,
        fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 8 }),
        (from, to, cuts) => {
          fc.pre(from !== to);
          const resampler = new Resampler(from, to);
          let given = 0;
          for (const count of cuts)
            given += resampler.push(new Float32Array(count).fill(0.5), new Float32Array(count)).left.length;
          given += resampler.flush().left.length;
          expect(given).toBe(
            resampledFrames(
              cuts.reduce((sum, n) => sum + n, 0),
              from,
              to,
            ),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});
