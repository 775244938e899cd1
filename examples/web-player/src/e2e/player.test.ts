import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBrowser, launchChromium } from "../../../../test/harness/chromium";
import { serve } from "./harness";

const id = (prefix: string, n: number) => `${prefix}_${String(n).padStart(26, "0")}`;
const ALBUM = `#/album/${id("alb", 0)}`;
const TEN_THOUSAND = `#/playlist/${id("pls", 3)}`;

describe.skipIf(!hasBrowser)("the player in Chromium", () => {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof serve>>;
  let folder: string;
  let axe: string;
  const problems: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "segue-player-"));
    await build({
      configFile: fileURLToPath(new URL("../../fixture/vite.config.ts", import.meta.url)),
      logLevel: "error",
      build: { outDir: folder, emptyOutDir: true, minify: false },
    });
    axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    server = await serve(folder);
    browser = await launchChromium({ loud: false });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(
    path: string,
    options: { scheme?: "dark" | "light"; width?: number } = {},
  ): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: options.width ?? 1280, height: 800 },
      colorScheme: options.scheme ?? "dark",
      reducedMotion: "reduce",
    });
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.goto(`${server.url}/${path}`);
    await page.locator("h1").first().waitFor();
    return page;
  }

  async function violations(page: Page): Promise<string[]> {
    await page.evaluate(axe);
    return page.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: {
          run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
        };
      };
      const { violations } = await axe.run();
      return violations.flatMap((v) =>
        v.nodes.map((node) => `${v.id}: ${node.html.slice(0, 160)} ${node.failureSummary.slice(0, 240)}`),
      );
    });
  }

  const playButton = (page: Page) => page.locator(".head-actions .button-primary");

  it("plays a row by double click and by Enter, and stops and goes on with the space bar", async () => {
    const page = await open(ALBUM);
    await page.locator("[data-row='1'] .row-name").dblclick();
    await expect.poll(() => page.locator(".bar-title").textContent()).toBe("Cinder");
    await expect.poll(() => page.title()).toContain("Cinder");
    await page.locator("[data-row='1']").focus();
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("data-row"))).toBe("2");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator(".bar-title").textContent()).toBe("Small Hours");
    await page.keyboard.press("Space");
    expect(await page.evaluate(() => window.segue?.player.state.status)).toBe("paused");
    await page.keyboard.press("Space");
    expect(await page.evaluate(() => window.segue?.player.state.status)).toBe("playing");
    await page.context().close();
  });

  it("takes the accent from the artwork that plays", async () => {
    const page = await open(ALBUM);
    const accent = () => page.evaluate(() => document.documentElement.style.getPropertyValue("--accent"));
    const before = await accent();
    await playButton(page).click();
    await expect.poll(accent).not.toBe(before);
    await page.context().close();
  });

  it("queues, plays next, and reorders by keyboard", async () => {
    const page = await open(ALBUM);
    await playButton(page).click();
    await page.locator("[data-row='4']").hover();
    await page.getByRole("button", { name: "Add Drift to the queue" }).click();
    await page.locator("[data-row='2']").hover();
    await page.getByRole("button", { name: "Play Small Hours next" }).click();
    await page.keyboard.press("q");
    const names = () => page.locator("ol[aria-label='Up next'] .row-name").allTextContents();
    await expect.poll(names).toEqual(["Small Hours", "Drift"]);
    await page.getByRole("button", { name: /^Move Small Hours/ }).focus();
    await page.keyboard.press("ArrowDown");
    await expect.poll(names).toEqual(["Drift", "Small Hours"]);
    await page.getByRole("button", { name: "Remove Drift" }).click();
    await expect.poll(names).toEqual(["Small Hours"]);
    await page.keyboard.press("Escape");
    expect(await page.locator(".panel").count()).toBe(0);
    await page.context().close();
  });

  it("keeps a list of 10,000 small, and reaches its end by keyboard", async () => {
    const page = await open(TEN_THOUSAND);
    await page.locator("[data-row='0']").focus();
    await page.keyboard.press("End");
    await page.locator("[data-row='9999']").waitFor({ timeout: 20_000 });
    expect(await page.locator(".row").count()).toBeLessThan(60);
    await page.context().close();
  });

  it("seeks from the keyboard", async () => {
    const page = await open(ALBUM);
    await playButton(page).click();
    await page.getByRole("slider", { name: "Position" }).focus();
    await page.keyboard.press("End");
    await expect.poll(() => page.locator(".bar-title").textContent()).not.toBe("Arrival");
    await page.context().close();
  });

  it.each(["preparing", "refused", "failed", "expired", "blocked"])(
    "says what to do when the track is %s",
    async (state) => {
      const page = await open(`?state=${state}${ALBUM}`);
      await playButton(page).click();
      await page.locator(".strip").waitFor();
      expect(await page.locator(".strip button").count()).toBe(1);
      expect(await violations(page)).toEqual([]);
      await page.context().close();
    },
  );

  it("says that it is offline, and that it no longer is", async () => {
    const page = await open(ALBUM);
    await page.context().setOffline(true);
    await page.locator(".offline").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.context().setOffline(false);
    await page.locator(".offline").waitFor({ state: "detached" });
    await page.context().close();
  });

  it("opens now playing over a small screen, and closes it by Escape", async () => {
    const page = await open(ALBUM, { width: 360 });
    await playButton(page).click();
    await page.getByRole("button", { name: "Open now playing" }).click();
    await page.locator(".sheet-title").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.locator(".sheet-title").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "More for Cinder" }).click();
    await page.getByRole("menuitem", { name: "Add to queue" }).click();
    expect(await page.evaluate(() => window.segue?.player.state.upNext.length)).toBe(1);
    await page.context().close();
  });

  it("signs in and out", async () => {
    const page = await open("?state=signed_out");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.locator(".greeting").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await page.context().close();
  });

  it("does not move the page while it loads", async () => {
    const page = await open(ALBUM);
    await page.locator("[data-row='3']").waitFor();
    const shift = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let total = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) total += (entry as unknown as { value: number }).value;
          }).observe({ type: "layout-shift", buffered: true });
          setTimeout(() => resolve(total), 300);
        }),
    );
    expect(shift).toBeLessThan(0.01);
    await page.context().close();
  });

  it.each([
    ["home", "", "dark", 1280],
    ["home", "", "light", 360],
    ["album", ALBUM, "light", 1280],
    ["playlist", TEN_THOUSAND, "dark", 360],
    ["artist", `#/artist/${id("art", 1)}`, "dark", 1280],
    ["sign-in", "?state=signed_out", "light", 1280],
    ["an error", "?state=error", "dark", 1280],
    ["loading", "?state=loading", "dark", 1280],
  ] as const)("gives axe nothing to find: %s %s %s %d", async (_name, path, scheme, width) => {
    const page = await open(path, { scheme, width });
    await page.waitForTimeout(300);
    expect(await violations(page)).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    await page.context().close();
  });

  it("gives axe nothing to find in the queue, the inspector and the help", async () => {
    const page = await open(ALBUM, { scheme: "light" });
    await playButton(page).click();
    for (const key of ["q", "i", "?"]) {
      await page.keyboard.press(key);
      await page.waitForTimeout(150);
      expect(await violations(page)).toEqual([]);
    }
    await page.context().close();
  });

  it("breaks no rule of a strict content security policy and logs no error", () => {
    expect(problems).toEqual([]);
  });
});
