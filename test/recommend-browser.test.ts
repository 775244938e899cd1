import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { build, type Rollup } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, launchChromium } from "./harness/chromium";
import { probe } from "./harness/recommend-probe";

declare global {
  interface Window {
    recommend: { probe: typeof probe };
  }
}

const TRACKS = 2000;

describe.runIf(hasBrowser)("recommendation maths", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium({ loud: false });
  });
  afterAll(() => browser?.close());

  test("gives the same bits in a browser tab and in Node", async () => {
    const entry = fileURLToPath(new URL("harness/recommend-probe.ts", import.meta.url));
    const [output] = (await build({
      configFile: false,
      logLevel: "silent",
      resolve: { conditions: ["segue-source"] },
      build: { write: false, lib: { entry, name: "recommend", formats: ["iife"] } },
    })) as Rollup.RollupOutput[];
    const page = await browser.newPage();
    await page.route("http://localhost/", (route) =>
      route.fulfill({ contentType: "text/html", body: "<p>" }),
    );
    // A secure context, as WebCrypto wants it.
    await page.goto("http://localhost/");
    await page.addScriptTag({ content: output!.output[0].code });
    const there = await page.evaluate((tracks) => window.recommend.probe(tracks), TRACKS);
    expect(there).toEqual(await probe(TRACKS));
  });
});
