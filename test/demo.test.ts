/** A demo whose audio is still being made: what a listener presses comes next, and plays without another press. */
import { join } from "node:path";
import { createNodeClient } from "@segue/client-sdk/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { approveDevice } from "../packages/client-sdk/test/approve-device";
import { type RunningServer, startServer } from "./harness/server";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ env: { SEGUE_DEMO: "1", SEGUE_DEMO_TRACKS: "90", SEGUE_SANDBOX: "1" } });
});
afterAll(() => server?.remove());

test("a pressed track that is not ready is rendered next, and the player starts it by itself", async () => {
  const client = createNodeClient({
    serverUrl: server.url,
    output: "null",
    dataDir: join(server.dataDir, "client"),
  });
  await client.auth.signInWithDeviceCode((code) => {
    void approveDevice(code.verificationUriComplete ?? code.verificationUri, "bob", code.userCode);
  });
  const { shelves } = await client.api.home();
  const albums = shelves
    .flatMap((shelf) => shelf.items)
    .flatMap((item) => (item.kind === "album" ? [item.album] : []));
  const waiting = (await Promise.all(albums.map((album) => client.api.albumTracks(album.id))))
    .flatMap((page) => page.items)
    .filter((track) => track.mediaState === "preparing");
  const last = waiting.at(-1)!;
  expect(last.head).toBeNull();
  const phases: string[] = [];
  const playing = new Promise<void>((resolve, reject) => {
    client.player.on("state", ({ status, error }) => {
      phases.push(status);
      if (status === "playing") resolve();
      if (status === "failed" || status === "refused") reject(error ?? new Error(status));
    });
  });
  await client.player.playContext({ kind: "album", id: null, title: "Pressed" }, [last]);
  await playing;
  expect(phases).toContain("preparing");
  const { items } = await client.api.albumTracks(last.album.id);
  expect(items.find((track) => track.id === last.id)?.mediaState).toBe("ready");
  // It overtook tracks that were before it.
  const pages = await Promise.all(albums.map((album) => client.api.albumTracks(album.id)));
  const still = pages.flatMap((page) => page.items).filter((track) => track.mediaState === "preparing");
  expect(still.length).toBeGreaterThan(0);
  await client.close();
});
