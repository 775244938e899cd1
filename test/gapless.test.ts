import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser } from "./harness/browser";
import { hasBrowser } from "./harness/chromium";
import { type IngestedPiece, serveContinuousPiece } from "./harness/ingested-piece";
import {
  blockMainThread,
  findAlbum,
  inspect,
  measureCapture,
  openPlayer,
  signIn,
  untilIdle,
} from "./harness/player-page";

describe.skipIf(!hasBrowser)("a continuous piece in Chromium", () => {
  let piece: IngestedPiece;
  beforeAll(async () => {
    piece = await serveContinuousPiece([5, 4, 6]);
  });
  afterAll(() => piece?.remove());

  for (const isolation of ["on", "off"] as const) {
    for (const busy of [false, true]) {
      test(`has every frame and no silence at the joins: isolation ${isolation}, main thread ${busy ? "blocked" : "idle"}`, async () => {
        const browser = await openBrowser();
        try {
          const page = await openPlayer(browser.context, `${piece.server.url}/?isolation=${isolation}`);
          expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(isolation === "on");
          await signIn(page);
          const album = await findAlbum(page, "One Piece");
          await page.evaluate((id) => window.segue.player.playAlbum(id), album);
          if (busy) await blockMainThread(page);
          await untilIdle(page, 90_000);

          const capture = await measureCapture(page);
          expect(capture.silentFrames).toBe(0);
          expect(capture.frames).toBe(piece.totalFrames);
          const snapshot = await inspect(page);
          expect(snapshot.engine?.underrunFrames).toBe(0);
          expect(snapshot.engine?.lastJoinGapFrames).toBe(0);
          const percents = { next: [] as number[], next_next: [] as number[] };
          for (const { kind, text } of snapshot.log) {
            const match = kind === "prefetch" ? /^(next|next_next) .* at ([\d.]+) %$/.exec(text) : null;
            if (match) percents[match[1] as "next" | "next_next"].push(Number(match[2]));
          }
          expect(percents.next.length).toBeGreaterThanOrEqual(1);
          expect(percents.next_next.length).toBeGreaterThanOrEqual(1);
          expect(Math.min(...percents.next)).toBeGreaterThanOrEqual(75);
          expect(Math.min(...percents.next_next)).toBeGreaterThanOrEqual(90);
        } finally {
          await browser.close();
        }
      });
    }
  }
});
