import { describe, expect, it } from "vitest";
import { estimateFeatures } from "../production/measure/features";
import { integrate } from "../production/measure/gate";
import { measureBlocks } from "../production/measure/loudness-meter";
import { drawCatalog, SEAMLESS_TITLE } from "./catalog";
import { compose } from "./composer";
import { SAMPLE_RATE } from "./instruments";
import { composeTrack } from "./render-job";

const FEATURES = [
  "tempo",
  "energy",
  "valence",
  "danceability",
  "acousticness",
  "speechiness",
  "instrumentalness",
  "liveness",
] as const;

/** Places of the values in their order; equal values share the middle of theirs. */
function ranks(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((x, y) => x - y);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2);
}

function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (a.length - 1) / 2;
  const product = (p: readonly number[], q: readonly number[]) =>
    p.reduce((sum, rank, i) => sum + (rank - middle) * (q[i]! - middle), 0);
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}

describe("composed audio", () => {
  it("has the features it was composed from", () => {
    const tracks = drawCatalog()
      .albums.slice(1)
      .flatMap((album) => album.tracks)
      .filter((_, index) => index % 11 === 0);
    const pairs = tracks.map((track) => {
      const pcm = compose(track.composition);
      return { target: track.features, found: estimateFeatures(pcm, integrate([measureBlocks(pcm)])) };
    });
    const correlation = (name: (typeof FEATURES)[number]) =>
      spearman(
        pairs.map((pair) => pair.target[name]),
        pairs.map((pair) => pair.found[name]),
      );
    for (const name of FEATURES) expect(correlation(name), name).toBeGreaterThanOrEqual(0.7);
  }, 180_000);

  it("is the same every time and never clips", () => {
    const { composition } = drawCatalog().albums[3]!.tracks[0]!;
    const short = { ...composition, frames: 5 * SAMPLE_RATE };
    const first = compose(short);
    const second = compose(short);
    expect(
      Buffer.compare(
        Buffer.from(first.channels[0]!.buffer as ArrayBuffer),
        Buffer.from(second.channels[0]!.buffer as ArrayBuffer),
      ),
    ).toBe(0);
    expect(first.channels.every((channel) => channel.every((sample) => Math.abs(sample) <= 1))).toBe(true);
  });

  it("cuts the continuous piece at single samples, with sound through the joins", () => {
    const album = drawCatalog().albums[0]!;
    expect(album.title).toBe(SEAMLESS_TITLE);
    const whole = compose(album.tracks[0]!.composition);
    let at = 0;
    for (const track of album.tracks) {
      const { channels } = composeTrack(track);
      channels.forEach((channel, side) => {
        const expected = whole.channels[side]!.subarray(at, at + track.frames);
        expect(channel.length).toBe(track.frames);
        expect(channel.every((sample, i) => sample === expected[i])).toBe(true);
      });
      at += track.frames;
      if (at === whole.channels[0]!.length) break;
      const around = whole.channels[0]!.subarray(at - 441, at + 441);
      expect(Math.max(...around.map(Math.abs))).toBeGreaterThan(0.01);
    }
    expect(at).toBe(whole.channels[0]!.length);
  });
});
