import { statSync } from "node:fs";
import { join } from "node:path";
import type { Track } from "@segue/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type IngestedPiece, serveContinuousPiece } from "../../../test/harness/ingested-piece";
import type { SegueClient } from "../src/client";
import { createNodeClient } from "../src/node/create-node-client";
import { approveDevice } from "./approve-device";

const WAV_HEADER_BYTES = 44;
const BYTES_PER_FRAME = 4;

let piece: IngestedPiece;
beforeAll(async () => {
  piece = await serveContinuousPiece([5, 4, 6]);
});
afterAll(() => piece?.remove());

async function signIn(client: SegueClient, user: "ada" | "bob"): Promise<void> {
  await client.auth.signInWithDeviceCode((code) => {
    void approveDevice(code.verificationUriComplete ?? code.verificationUri, user, code.userCode);
  });
}

/** The first `count` tracks of the continuous album, once they can be played. */
async function readyTracks(client: SegueClient, count: number): Promise<readonly Track[]> {
  const { shelves } = await client.api.home();
  const albums = shelves
    .flatMap((shelf) => shelf.items)
    .flatMap((item) => (item.kind === "album" ? [item.album] : []));
  const album = albums.find(({ title }) => title === "One Piece") ?? albums[0]!;
  for (;;) {
    const tracks = (await client.api.albumTracks(album.id)).items.slice(0, count);
    if (tracks.every((track) => track.mediaState === "ready" && track.head !== null)) return tracks;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

test("signs in with a code and plays an album without a gap, to the frame", async () => {
  const wav = join(piece.folder, "album.wav");
  const client = createNodeClient({
    serverUrl: piece.server.url,
    output: { wav },
    dataDir: join(piece.folder, "ada"),
  });
  await signIn(client, "ada");
  const tracks = await readyTracks(client, 3);
  const titles: string[] = [];
  client.player.on("track", ({ track }) => titles.push(track.title));
  const ended = new Promise<void>((resolve) => {
    client.player.on("state", ({ status }) => status === "idle" && resolve());
  });
  await client.player.playContext({ kind: "album", id: null, title: "One Piece" }, tracks);
  expect(client.inspect().lastStart?.steps).toMatchObject({
    grant: expect.any(Number),
    key: expect.any(Number),
  });
  await ended;
  const { engine, license, log } = client.inspect();
  await client.close();

  expect(titles).toEqual(tracks.map((track) => track.title));
  // A file is written faster than it plays, so that a join may wait for its grant; no frame is written meanwhile.
  expect([0, null]).toContain(engine?.lastJoinGapFrames);
  expect([engine?.underrunFrames, license.status]).toEqual([0, "valid"]);
  const frames = (statSync(wav).size - WAV_HEADER_BYTES) / BYTES_PER_FRAME;
  expect(frames).toBe(engine?.framesPlayed);
  const expected = tracks.reduce((sum, track) => sum + (track.durationMs * 44_100) / 1000, 0);
  expect(Math.abs(frames - expected)).toBeLessThan(45 * tracks.length);
  const percents = log.flatMap(({ kind, text }) => {
    const [, which, at] = (kind === "prefetch" && /^(\w+) .* at ([\d.]+) %$/.exec(text)) || [];
    return which ? [{ which, at: Number(at) }] : [];
  });
  expect(percents.length).toBeGreaterThanOrEqual(2);
  for (const { which, at } of percents) expect(at).toBeGreaterThanOrEqual(which === "next" ? 75 : 90);
}, 120_000);

test("a program that starts again is still signed in, on the same device; after signing out it is not", async () => {
  const dataDir = join(piece.folder, "bob");
  const open = () => createNodeClient({ serverUrl: piece.server.url, output: "null", dataDir });
  const first = open();
  await signIn(first, "bob");
  const [device] = await expectDevices(first, 1);
  await first.close();

  const second = open();
  expect(await second.auth.whenReady()).toMatchObject({
    kind: "signed_in",
    user: { name: "Bob", plan: "free" },
  });
  expect((await expectDevices(second, 1))[0]?.id).toBe(device?.id);
  await second.auth.signOut();
  await expect(second.api.home()).rejects.toMatchObject({ code: "not_signed_in" });
  await second.close();

  const third = open();
  expect(await third.auth.whenReady()).toEqual({ kind: "signed_out", error: null });
  await third.close();
}, 60_000);

test("a device that the server forgot is registered again by playing", async () => {
  const wav = join(piece.folder, "again.wav");
  const client = createNodeClient({ serverUrl: piece.server.url, output: { wav }, dataDir: null });
  await signIn(client, "ada");
  const tracks = await readyTracks(client, 1);
  await expect.poll(() => client.inspect().deviceId).not.toBeNull();
  const id = client.inspect().deviceId!;
  await expect.poll(async () => (await client.api.devices()).some((device) => device.id === id)).toBe(true);
  const own = (await client.api.devices()).filter((device) => device.current);
  expect(own.map((device) => device.id)).toEqual([id]);
  await client.api.removeDevice(id);
  await client.player.playContext({ kind: "tracks", id: null, title: "One" }, tracks);
  expect((await client.api.devices()).some((device) => device.id === id)).toBe(true);
  await client.close();
}, 60_000);

async function expectDevices(client: SegueClient, count: number) {
  await expect.poll(async () => (await client.api.devices()).length, { timeout: 10_000 }).toBe(count);
  return client.api.devices();
}
