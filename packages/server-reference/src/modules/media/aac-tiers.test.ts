import { afterEach, beforeEach, expect, it } from "vitest";
import { addTrack, type Fixture, makeFixture } from "../../../test/support/fixture";
import { aacTiers } from "./aac-tiers";

let fixture: Fixture;
beforeEach(async () => {
  fixture = await makeFixture();
});
afterEach(() => fixture.close());

it("reads the tiers once in ten seconds, and again after a failure", async () => {
  let clock = 0;
  const read = aacTiers(fixture.context.db, () => clock);
  expect(await read()).toEqual([]);
  await addTrack(fixture.context, [
    { codec: "aac", tier: 256, byteLength: 10 },
    { codec: "aac", tier: 128, byteLength: 10 },
    { codec: "vorbis", tier: 96, byteLength: 10 },
  ]);
  clock = 9_999;
  expect(await read()).toEqual([]);
  clock = 10_000;
  expect(await read()).toEqual([128, 256]);

  clock = 20_000;
  await fixture.context.db.schema.alterTable("renditions").renameTo("hidden").execute();
  await expect(read()).rejects.toThrow();
  await fixture.context.db.schema.alterTable("hidden").renameTo("renditions").execute();
  expect(await read()).toEqual([128, 256]);
});
