import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser } from "./harness/browser";
import { hasBrowser } from "./harness/chromium";
import { type IngestedPiece, serveContinuousPiece } from "./harness/ingested-piece";
import { findAlbum, inspect, openPlayer, signIn } from "./harness/player-page";
import { type RunningServer, startServer } from "./harness/server";

/** What the page's outbox was told, in order. */
interface Told {
  readonly trackId: string;
  readonly status: string;
  readonly counted: boolean;
}

const listen = (page: Page) =>
  page.evaluate(() => {
    const told: Told[] = [];
    (window as unknown as { told: Told[] }).told = told;
    window.segue.events.on("report", ({ play, status, counted }) =>
      told.push({ trackId: play.trackId, status, counted }),
    );
  });
const told = (page: Page) => page.evaluate(() => (window as unknown as { told: Told[] }).told);
const trackIds = (page: Page, album: string) =>
  page.evaluate(async (id) => (await window.segue.api.albumTracks(id)).items.map((track) => track.id), album);
const counts = (page: Page, ids: readonly string[]) =>
  page.evaluate(async (wanted) => (await window.segue.api.playCounts(wanted)).map(({ plays }) => plays), ids);
const play = (page: Page, album: string) => page.evaluate((id) => window.segue.player.playAlbum(id), album);

/** Waits until `ready` says so about the page. */
async function until(page: Page, what: string, ready: (page: Page) => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 150_000; !(await ready(page)); ) {
    if (Date.now() > end) throw new Error(`${what}: ${JSON.stringify(await inspect(page), null, 1)}`);
    await page.waitForTimeout(200);
  }
}
const heardMs = async (page: Page) => (await inspect(page)).events.open?.msPlayed ?? 0;

/** Ends the page's process as a crash does. */
async function crash(context: BrowserContext, page: Page): Promise<void> {
  const session = await context.newCDPSession(page);
  const crashed = page.waitForEvent("crash");
  session.send("Page.crash").catch(() => undefined);
  await crashed;
  await page.close();
}

describe.skipIf(!hasBrowser)("plays in Chromium", () => {
  let piece: IngestedPiece;
  let server: RunningServer;
  beforeAll(async () => {
    piece = await serveContinuousPiece([31, 31]);
    server = piece.server;
  });
  afterAll(async () => {
    await server?.stop("SIGKILL");
    await piece?.remove();
  });

  test("count once: heard to the end, cut off by a crash, stored by a server that died before it answered, sent twice, and heard offline", async () => {
    const browser = await openBrowser();
    try {
      const { context } = browser;
      const page = await openPlayer(context, server.url);
      await signIn(page);
      await listen(page);
      const album = await findAlbum(page, "One Piece");
      const [first = "", second = ""]: readonly string[] = await trackIds(page, album);
      expect(await counts(page, [first, second])).toEqual([0, 0]);

      // The first report is stored; then the server is killed, and nobody hears its answer.
      const sent: string[] = [];
      let restarted = false;
      await context.route("**/v1/events", async (route) => {
        sent.push(route.request().postData() ?? "");
        if (restarted) return route.continue();
        if (sent.length === 1) {
          const answer = await route.fetch();
          expect(answer.status()).toBe(202);
          await server.stop("SIGKILL");
        }
        await route.abort();
      });

      await play(page, album);
      const doomed = await openPlayer(context, server.url);
      await doomed.waitForFunction(() => window.segue.auth.state.kind === "signed_in");
      await play(doomed, album);

      await until(doomed, "30 s in the second tab", async () => (await heardMs(doomed)) >= 30_000);
      await doomed.waitForTimeout(300);
      await crash(context, doomed);

      await until(page, "the first report", async () => sent.length > 0 && server.process.killed);
      await context.setOffline(true);
      await until(page, "the second track's end", async () => {
        const { events } = await inspect(page);
        return events.open === null && events.pending === 2;
      });
      expect(await told(page)).toEqual([]);

      server = await startServer({
        dataDir: server.dataDir,
        port: Number(new URL(server.url).port),
      });
      restarted = true;
      await context.setOffline(false);
      await until(page, "both reports", async () => (await inspect(page)).events.pending === 0);
      expect(await told(page)).toEqual([
        { trackId: first, status: "duplicate", counted: true },
        { trackId: second, status: "accepted", counted: true },
      ]);
      expect(await counts(page, [first, second])).toEqual([1, 1]);

      // The same batch again, as a network may deliver it.
      const status = await page.evaluate(async (body) => {
        const database = await new Promise<IDBDatabase>((resolve) => {
          const name = `segue ${window.location.origin} segue-web-player`;
          const opening = indexedDB.open(name);
          opening.onsuccess = () => resolve(opening.result);
        });
        const tokens = await new Promise<{ accessToken: string }>((resolve) => {
          const reading = database.transaction("credentials").objectStore("credentials").get("current");
          reading.onsuccess = () => resolve(reading.result);
        });
        const headers = { authorization: `Bearer ${tokens.accessToken}`, "content-type": "application/json" };
        return (await fetch("/v1/events", { method: "POST", headers, body })).status;
      }, sent.at(-1)!);
      expect(status).toBe(202);
      expect(await counts(page, [first, second])).toEqual([1, 1]);

      // The crashed tab's play is reported by the next one, and everybody sees the count.
      const reopened = await openPlayer(context, `${server.url}/#/album/${album}`);
      await until(reopened, "the crashed play", async () => (await counts(page, [first]))[0] === 2);
      expect(await counts(page, [first, second])).toEqual([2, 1]);
      await reopened.locator(".row .plays", { hasText: "2 plays" }).waitFor({ timeout: 20_000 });
      await until(reopened, "an empty outbox", async () => (await inspect(reopened)).events.pending === 0);
    } finally {
      await browser.close();
    }
  }, 400_000);
});
