import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { callingThread } from "@segue/core/recommend";
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBrowser, launchChromium } from "../../../../test/harness/chromium";
import { webWasm } from "../../src/web/kernel-workers";
import { trainingOf } from "./training-page";

const CSP = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";
const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

async function bundle(path: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [source(path)],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    conditions: ["segue-source"],
    logLevel: "error",
  });
  return outputFiles[0]!.contents;
}

/** Serves the page, with or without cross-origin isolation, under a strict content security policy. */
async function servePage(isolated: boolean): Promise<{ readonly origin: string; close(): void }> {
  const files = new Map<string, Uint8Array | string>([
    ["/", '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>'],
    ["/page.js", await bundle("./training-page.ts")],
    ["/kernel.worker.js", await bundle("../../src/web/kernel.worker.ts")],
  ]);
  const server = createServer((request, response) => {
    response.setHeader("content-security-policy", CSP);
    if (isolated) {
      response.setHeader("cross-origin-opener-policy", "same-origin");
      response.setHeader("cross-origin-embedder-policy", "require-corp");
    }
    const file = files.get(request.url!);
    response.writeHead(file ? 200 : 404, {
      "content-type": request.url!.endsWith(".js") ? "text/javascript" : "text/html",
    });
    response.end(file);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close(),
  };
}

describe.runIf(hasBrowser)("recommendations in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium({ loud: false });
  });
  afterAll(() => browser?.close());

  it.each([
    ["on threads of an isolated page", true, [1, 2, 3]],
    ["on the page itself, where memory cannot be shared", false, [2]],
  ] as const)("are trained %s to the bits that Node gives", async (_, isolated, threads) => {
    const expected = await trainingOf(callingThread(webWasm));
    const { origin, close } = await servePage(isolated);
    const page = await browser.newPage();
    try {
      await page.goto(origin);
      await page.waitForFunction(() => typeof window.trainWith === "function");
      for (const count of threads) {
        const { digest, used } = await page.evaluate((n) => window.trainWith(n), count);
        expect(digest).toBe(expected);
        expect(used).toBe(isolated ? count : 1);
      }
    } finally {
      await page.close();
      close();
    }
  });
});
