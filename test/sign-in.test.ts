import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, launchChromium } from "./harness/chromium";
import { openPlayer, signIn } from "./harness/player-page";
import { type RunningServer, startServer } from "./harness/server";

const name = (page: Page) => page.evaluate(() => window.segue.api.me().then((user) => user.name));
/** What the page says about its sign-in once it knows. */
const outcome = (page: Page) =>
  page.evaluate(async () => {
    const state = await window.segue.auth.whenReady();
    return state.kind === "signed_out" ? (state.error?.code ?? "signed out") : state.kind;
  });
const cameBack = (page: Page) =>
  page.waitForFunction(() => window.segue !== undefined && window.segue.auth.state.kind !== "signing_in");

/** Leaves the page for the sign-in page. */
async function leave(page: Page): Promise<void> {
  await page.evaluate(() => void window.segue.auth.signIn({ mode: "redirect" }));
  await page.getByRole("button", { name: /Ada/ }).waitFor();
}

/** Signs in by a popup that `act` handles; resolves with what the page was told. */
async function byPopup(page: Page, act: (popup: Page) => Promise<unknown>): Promise<string> {
  const told = page.evaluate(() =>
    window.segue.auth.signIn({ mode: "popup" }).then(
      (user) => user.name as string,
      (error) => `${error.code}: ${error.detail}`,
    ),
  );
  const popup = await page.waitForEvent("popup");
  await popup.getByRole("button", { name: /Ada/ }).waitFor();
  await act(popup);
  return told;
}

describe.skipIf(!hasBrowser)("signing in", () => {
  let server: RunningServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await startServer();
    browser = await launchChromium({ loud: true });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.remove();
  });

  /** Runs `journey` on a page that shares nothing with those before it. */
  async function visit(journey: (page: Page) => Promise<void>, query = ""): Promise<void> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    try {
      await journey(await openPlayer(context, `${server.url}/${query}`));
    } finally {
      await context.close();
    }
  }

  test("as another user after signing out", () =>
    visit(async (page) => {
      await signIn(page, "Ada");
      expect(await name(page)).toBe("Ada");
      await page.evaluate(() => window.segue.auth.signOut());
      await signIn(page, "Bob");
      expect(await name(page)).toBe("Bob");
      await page.reload();
      await page.waitForFunction(() => window.segue?.auth.state.kind === "signed_in");
      expect(await name(page)).toBe("Bob");
    }));

  test("by leaving the page comes back to where it began, and stays", () =>
    visit(async (page) => {
      await page.goto(`${server.url}/?isolation=on#/queue`);
      await cameBack(page);
      await leave(page);
      await page.getByRole("button", { name: /Ada/ }).click();
      await page.waitForURL(`${server.url}/?isolation=on#/queue`);
      await cameBack(page);
      expect([await outcome(page), await name(page)]).toEqual(["signed_in", "Ada"]);
      // Neither the code nor the verifier stays behind.
      expect(await page.evaluate(() => Object.keys(window.sessionStorage))).toEqual([]);
      await page.reload();
      await cameBack(page);
      expect([await outcome(page), await name(page)]).toEqual(["signed_in", "Ada"]);
    }));

  test("by leaving the page says so when the listener declines, and works the next time", () =>
    visit(async (page) => {
      await leave(page);
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.waitForURL(`${server.url}/`);
      await cameBack(page);
      expect(await outcome(page)).toBe("aborted");
      expect(await page.evaluate(() => Object.keys(window.sessionStorage))).toEqual([]);
      await leave(page);
      await page.getByRole("button", { name: /Ada/ }).click();
      await page.waitForURL(`${server.url}/`);
      await cameBack(page);
      expect(await outcome(page)).toBe("signed_in");
    }));

  test("by leaving the page fails with a code that has expired, and the player says what to do", () =>
    visit(async (page) => {
      await page.route("**/oauth/token", (route) => {
        const form = new URLSearchParams(route.request().postData() ?? "");
        // The server answers to a code that it no longer knows.
        form.set("code", "a-code-that-has-expired");
        return route.continue({ postData: form.toString() });
      });
      await leave(page);
      await page.getByRole("button", { name: /Ada/ }).click();
      await page.waitForURL(`${server.url}/`);
      await cameBack(page);
      expect(await outcome(page)).toBe("sign_in_failed");
      await page.getByText("Try again").first().waitFor();
    }));

  test("an answer for which nobody waits changes nothing", () =>
    visit(async (page) => {
      await page.clock.install();
      await page.goto(`${server.url}/auth-callback.html?code=x&state=${"s".repeat(43)}`);
      await page.clock.fastForward(9_000);
      expect(await page.getByText("No sign-in is waiting here").isVisible()).toBe(false);
      await page.clock.fastForward(1_000);
      await page.getByText("No sign-in is waiting here").waitFor();
      await page.goto(server.url);
      await cameBack(page);
      expect(await outcome(page)).toBe("signed out");
    }));

  test("by popup: the listener declines, closes the window, or signs in", () =>
    visit(async (page) => {
      const declined = await byPopup(page, (popup) => popup.getByRole("button", { name: "Cancel" }).click());
      expect(declined).toBe("aborted: the listener declined");
      const closed = await byPopup(page, (popup) => popup.close());
      expect(closed).toBe("aborted: the sign-in window was closed");
      expect(await byPopup(page, (popup) => popup.getByRole("button", { name: /Ada/ }).click())).toBe("Ada");
    }, "?isolation=off"));

  test("by popup ends when the application asks for it, and takes the window along", () =>
    visit(async (page) => {
      const told = page.evaluate(() => {
        const abort = new AbortController();
        setTimeout(() => abort.abort(), 1_500);
        return window.segue.auth.signIn({ signal: abort.signal }).catch((error) => error.code as string);
      });
      const popup = await page.waitForEvent("popup");
      const closed = popup.isClosed() || popup.waitForEvent("close");
      expect(await told).toBe("aborted");
      await closed;
    }, "?isolation=off"));
});
