import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser } from "./harness/browser";
import { hasBrowser } from "./harness/chromium";
import { type IngestedPiece, serveContinuousPiece } from "./harness/ingested-piece";
import { findAlbum, inspect, measureCapture, openPlayer, signIn, untilIdle } from "./harness/player-page";

const hasFfmpeg = process.env.SEGUE_FFMPEG !== undefined || existsSync("/usr/bin/ffmpeg");

describe.skipIf(!hasBrowser || !hasFfmpeg)("AAC in Chromium", () => {
  let piece: IngestedPiece;
  beforeAll(async () => {
    piece = await serveContinuousPiece([4, 5], { aac: true });
  });
  afterAll(() => piece?.remove());

  test("is offered after Vorbis, and plays a continuous piece to the frame", async () => {
    const browser = await openBrowser();
    try {
      const page = await openPlayer(browser.context, `${piece.server.url}/?isolation=on`);
      const offered: string[][] = [];
      // A server that has nothing but AAC would answer as this one does to a client that asks for nothing else.
      await page.route("**/v1/playback/grants", (route) => {
        const body = route.request().postDataJSON();
        offered.push(body.codecs);
        return route.continue({ postData: JSON.stringify({ ...body, codecs: body.codecs.slice(-1) }) });
      });
      await signIn(page);
      const album = await findAlbum(page, "One Piece");
      await page.evaluate((id) => window.segue.player.playAlbum(id), album);
      await untilIdle(page, 60_000);

      expect(new Set(offered.map((codecs) => codecs.join()))).toEqual(new Set(["CODEC_VORBIS,CODEC_AAC"]));
      const { log, engine } = await inspect(page);
      const granted = log.filter(({ kind }) => kind === "grant").map(({ text }) => text);
      expect(granted).toEqual(["Part 1: aac 256 kbps", "Part 2: aac 256 kbps"]);
      const capture = await measureCapture(page);
      expect(capture).toMatchObject({ frames: piece.totalFrames, silentFrames: 0 });
      expect(engine).toMatchObject({ underrunFrames: 0, lastJoinGapFrames: 0 });
    } finally {
      await browser.close();
    }
  });
});
