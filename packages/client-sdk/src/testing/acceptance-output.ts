/** What every implementation of the AudioOutput port must do. */
import type { AudioOutput } from "../ports/audio-output";
import type { SuiteTools } from "./suite-tools";

/**
 * @param output Makes an output that has not been opened
 * @param written Frames that reached the end of the last output, when it can be told
 */
export function audioOutputSuite(
  { describe, test, equal }: SuiteTools,
  output: () => AudioOutput,
  written?: () => Promise<number>,
): void {
  const format = { sampleRateHz: 44_100, channels: 2 } as const;

  describe("an audio output", () => {
    test("takes blocks of any size and gives each back for reuse", async () => {
      const target = output();
      await target.open(format);
      const left = new Float32Array(2048);
      const right = new Float32Array(2048);
      for (const [index, frames] of [1, 1024, 2048, 7].entries()) {
        left.fill(index / 10);
        right.fill(-index / 10);
        await target.write(left, right, frames);
      }
      await target.close();
      if (written) equal(await written(), 3080);
    });

    test("is closed without harm when nothing was written, and twice", async () => {
      const target = output();
      await target.open(format);
      await target.close();
      await target.close();
      if (written) equal(await written(), 0);
    });

    test("is closed without harm when it was never opened", async () => {
      await output().close();
    });

    test("takes samples beyond full scale", async () => {
      const target = output();
      await target.open(format);
      await target.write(Float32Array.of(2, -2), Float32Array.of(-9, 9), 2);
      await target.close();
    });

    test("names a latency and whether it wants silence", async () => {
      const target = output();
      equal([typeof target.realtime, target.latencyMs >= 0], ["boolean", true]);
      await target.close();
    });
  });
}
