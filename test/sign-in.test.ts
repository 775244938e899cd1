import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser } from "./harness/browser";
import { hasBrowser } from "./harness/chromium";
import { openPlayer, signIn } from "./harness/player-page";
import { type RunningServer, startServer } from "./harness/server";

describe.skipIf(!hasBrowser)("signing in", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server?.remove());

  test("as another user after signing out", async () => {
    const browser = await openBrowser();
    try {
      const page = await openPlayer(browser.context, server.url);
      const name = () => page.evaluate(() => window.segue.api.me().then((user) => user.name));
      await signIn(page, "Ada");
      expect(await name()).toBe("Ada");
      await page.evaluate(() => window.segue.auth.signOut());
      await signIn(page, "Bob");
      expect(await name()).toBe("Bob");
      await page.reload();
      await page.waitForFunction(() => window.segue?.auth.state.kind === "signed_in");
      expect(await name()).toBe("Bob");
    } finally {
      await browser.close();
    }
  });
});
