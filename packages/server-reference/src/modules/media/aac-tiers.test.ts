import { expect, it } from "vitest";
import { aacTiers } from "./aac-tiers";

it("reads the tiers once in ten seconds, and again after a failure", async () => {
  let clock = 0;
  let stored: readonly number[] | Error = [];
  const tiers = async (codec: string) => {
    if (stored instanceof Error) throw stored;
    return codec === "aac" ? stored : [96];
  };
  const read = aacTiers({ tiers }, () => clock);
  expect(await read()).toEqual([]);
  stored = [128, 256];
  clock = 9_999;
  expect(await read()).toEqual([]);
  clock = 10_000;
  expect(await read()).toEqual([128, 256]);

  clock = 20_000;
  stored = new Error("no such table");
  await expect(read()).rejects.toThrow();
  stored = [128, 256];
  expect(await read()).toEqual([128, 256]);
});
