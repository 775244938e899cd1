/** The web player as it is built, on a server whose listeners another OpenID provider signs in. */
import { createNodeClient } from "@segue/client-sdk/node";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  CLIENT_ID,
  DEVICE_CLIENT_ID,
  type IdentityProvider,
  startIdentityProvider,
} from "../packages/server-reference/test/identity-provider";
import { collectErrors, openBrowser } from "./harness/browser";
import { hasBrowser } from "./harness/chromium";
import { type IngestedPiece, serveContinuousPiece } from "./harness/ingested-piece";
import { measureCapture, openPlayer, untilIdle } from "./harness/player-page";

const me = (page: Page) => page.evaluate(() => window.segue.api.me());
const signedIn = (page: Page) =>
  page.waitForFunction(() => window.segue?.auth.state.kind === "signed_in", undefined, { timeout: 20_000 });

/** Signs in as `login` on the provider's pages. */
async function passProvider(page: Page, login: string): Promise<void> {
  await page.locator("input[name=login]").fill(login);
  await page.locator("input[name=password]").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

describe.skipIf(!hasBrowser)("signing in with another OpenID provider", () => {
  let provider: IdentityProvider;
  let piece: IngestedPiece;
  beforeAll(async () => {
    provider = await startIdentityProvider({
      redirectUris: ["http://127.0.0.1/auth-callback.html"],
      // Shorter than the time before its end at which a client gets a new one.
      accessTokenSeconds: 15,
    });
    provider.describe("grace", { segue_plan: "premium", segue_market: "NO", name: "Grace" });
    piece = await serveContinuousPiece([2, 2], {
      env: {
        SEGUE_OIDC_ISSUER: provider.issuer,
        SEGUE_OIDC_APP_CLIENT: CLIENT_ID,
        SEGUE_OIDC_DEVICE_CLIENT: DEVICE_CLIENT_ID,
      },
    });
  });
  afterAll(async () => {
    await piece?.remove();
    await provider?.stop();
  });

  async function visit(journey: (page: Page) => Promise<void>): Promise<void> {
    const browser = await openBrowser();
    try {
      await journey(await openPlayer(browser.context, piece.server.url));
    } finally {
      await browser.close();
    }
  }

  test("by popup plays, and stays signed in by the provider's refresh tokens", () =>
    visit(async (page) => {
      const errors = collectErrors(page);
      const [popup] = await Promise.all([
        page.waitForEvent("popup"),
        page.getByRole("button", { name: "Sign in", exact: true }).click(),
      ]);
      await popup.waitForURL(`${provider.issuer}/**`);
      await passProvider(popup, "grace");
      await signedIn(page);
      expect(await me(page)).toMatchObject({ name: "Grace", plan: "premium", market: "NO" });

      await page.evaluate(async () => {
        const { shelves } = await window.segue.api.home();
        const [album] = shelves.flatMap((shelf) =>
          shelf.items.flatMap((i) => (i.kind === "album" ? [i.album] : [])),
        );
        await window.segue.player.playAlbum(album!.id);
      });
      await untilIdle(page, 30_000);
      expect((await measureCapture(page)).frames).toBeGreaterThan(piece.totalFrames * 0.9);

      const before = provider.tokenRequests();
      await page.reload();
      await signedIn(page);
      expect((await me(page)).name).toBe("Grace");
      expect(provider.tokenRequests()).toBeGreaterThan(before);
      expect(errors).toEqual([]);
    }));

  test("by leaving the page comes back signed in", () =>
    visit(async (page) => {
      await page.evaluate(() => void window.segue.auth.signIn({ mode: "redirect" }));
      await page.waitForURL(`${provider.issuer}/**`);
      await passProvider(page, "heidi");
      await page.waitForURL(`${piece.server.url}/`);
      await signedIn(page);
      expect(await me(page)).toMatchObject({ name: "Listener", plan: "free", market: "ZZ" });
      await page.evaluate(() => window.segue.auth.signOut());
      expect(await page.evaluate(() => window.segue.auth.state.kind)).toBe("signed_out");
    }));

  test("by a code that a program in Node shows", async () => {
    const browser = await openBrowser();
    const client = createNodeClient({ serverUrl: piece.server.url, output: "null", dataDir: null });
    try {
      const page = await browser.context.newPage();
      const approve = async (address: string) => {
        await page.goto(address);
        await page.getByRole("button", { name: "Continue" }).click();
        await passProvider(page, "grace");
      };
      let approved: Promise<void> | null = null;
      const user = await client.auth.signInWithDeviceCode(({ verificationUriComplete }) => {
        approved = approve(verificationUriComplete!);
      });
      await approved;
      expect(user).toMatchObject({ name: "Grace", plan: "premium" });
      expect((await client.api.home()).shelves.length).toBeGreaterThan(0);
    } finally {
      await client.close();
      await browser.close();
    }
  });
});
