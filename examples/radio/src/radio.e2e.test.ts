import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { audioSpace, bruteForceIndex, meanVector, measureStandardization } from "@segue/core/recommend";
import type { Browser, Page } from "playwright-core";
import { build, type Rollup } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, launchChromium } from "../../../test/harness/chromium";
import { inventCatalog } from "./catalog";

const TRACKS = 100_000;
const TYPES: Record<string, string> = { html: "text/html", js: "text/javascript", css: "text/css" };

/** The built page, served from memory under a strict content security policy. */
async function serveBuilt(): Promise<Server> {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const conditions = ["segue-source"];
  const { output } = (await build({
    root,
    logLevel: "silent",
    resolve: { conditions },
    build: { write: false },
  })) as Rollup.RollupOutput;
  const files = new Map(
    output.map((file) => [`/${file.fileName}`, file.type === "chunk" ? file.code : file.source]),
  );
  const server = createServer((request, response) => {
    const path = request.url!.replace(/\?.*/, "").replace(/\/$/, "/index.html");
    const body = files.get(path);
    response.writeHead(body ? 200 : 404, {
      "content-type": TYPES[path.split(".").at(-1)!] ?? "application/octet-stream",
      "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
    });
    response.end(body ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

describe.runIf(hasBrowser)("the radio page", () => {
  let browser: Browser;
  let server: Server;
  let page: Page;
  const problems: string[] = [];

  const listed = (id: string) =>
    page.$$eval(`#${id} li`, (items) => items.map((item) => (item as HTMLElement).dataset.track!));
  const settled = () => page.waitForFunction(() => document.querySelectorAll("#radio li").length === 50);

  beforeAll(async () => {
    server = await serveBuilt();
    browser = await launchChromium({ loud: false });
    page = await browser.newPage();
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/?tracks=${TRACKS}&seed=1`);
    await settled();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  test("finds the 50 nearest of 100,000 tracks, as a plain search in Node does", async () => {
    const catalog = inventCatalog(TRACKS, 1);
    const space = audioSpace(catalog, measureStandardization(catalog));
    const index = bruteForceIndex(space, "squared-l2");
    await page.uncheck("#varied");
    const expected = (session: readonly number[]) => {
      const { rows } = index.search(meanVector(space, session), 50, (row) => !session.includes(row));
      return [...rows].map((row) => space.ids[row]!);
    };
    await expect.poll(() => listed("radio")).toEqual(expected([0]));

    await page.click("#radio li:nth-child(9) button");
    const ninth = space.ids.indexOf(expected([0])[8]!);
    await expect.poll(() => listed("radio")).toEqual(expected([0, ninth]));
    expect(await listed("session")).toEqual([space.ids[0], space.ids[ninth]]);
  });

  test("lets a skipped track pull no longer", async () => {
    const before = await listed("radio");
    await page.click("#session li:nth-child(1) button");
    await expect.poll(() => listed("radio")).not.toEqual(before);
    expect(await page.textContent("#status")).toMatch(/100,000 invented tracks.*found in [\d.]+ ms/);
    expect(problems).toEqual([]);
  });

  test("says so when every track was skipped, and starts again", async () => {
    await page.click("#session li:nth-child(2) button");
    await expect.poll(() => page.textContent("#status")).toMatch(/No track of the session was heard/);
    await page.click("#restart");
    await expect.poll(() => page.textContent("#status")).toMatch(/found in/);
    expect(await listed("session")).toEqual(["trk_00007919"]);
  });
});
