import { describe, expect, it } from "vitest";
import { estimateFeatures } from "../media-production/features";
import { measureBlocks } from "../media-production/loudness";
import { drawCatalog, SEAMLESS_TITLE } from "./catalog";
import { compose } from "./composer";
import { SAMPLE_RATE } from "./instruments";
import { composeTrack } from "./render-job";

function spearman(a: readonly number[], b: readonly number[]): number {
  const ranks = (values: readonly number[]) => {
    const order = values.map((value, index) => ({ value, index })).sort((x, y) => x.value - y.value);
    const rank = new Array<number>(values.length);
    order.forEach(({ index }, place) => {
      rank[index] = place;
    });
    return rank;
  };
  const [x, y] = [ranks(a), ranks(b)];
  const n = a.length;
  return 1 - (6 * x.reduce((sum, rank, i) => sum + (rank - y[i]!) ** 2, 0)) / (n * (n * n - 1));
}

describe("composed audio", () => {
  it("has the features it was composed from", () => {
    const tracks = drawCatalog()
      .albums.slice(1)
      .flatMap((album) => album.tracks[0]!)
      .slice(0, 30);
    const pairs = tracks.map((track) => {
      const pcm = compose({ ...track.composition, frames: 20 * SAMPLE_RATE });
      return { target: track.features, found: estimateFeatures(pcm, measureBlocks(pcm)) };
    });
    const measured = Object.fromEntries(
      (["tempo", "energy", "valence", "danceability", "acousticness", "speechiness"] as const).map((name) => [
        name,
        spearman(
          pairs.map((pair) => pair.target[name]),
          pairs.map((pair) => pair.found[name]),
        ),
      ]),
    );
    console.info(measured);
    for (const name of ["tempo", "energy", "valence", "danceability", "acousticness"]) {
      expect(measured[name], name).toBeGreaterThan(0.5);
    }
  });

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
