import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { build as viteBuild } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import webpack from "webpack";
import { hasBrowser, launchChromium } from "../../../../test/harness/chromium";
import { serve } from "./browser/harness";
import { signal } from "./fixtures";
import { license, MediaServer } from "./media-server";

const packageRoot = new URL("../../", import.meta.url).pathname;
const built = [`${packageRoot}dist/web/engine.worker.js`, `${packageRoot}../core/dist/index.js`];

/** Bundles the built package as an application would. Runs after `npm run build`. */
describe.runIf(hasBrowser && built.every(existsSync))("an application bundled with", () => {
  let browser: Browser;
  let folder: string;
  const media = new MediaServer();

  beforeAll(async () => {
    browser = await launchChromium({ loud: true });
    folder = await mkdtemp(join(tmpdir(), "segue-"));
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function copyOf(app: string): Promise<string> {
    const root = join(folder, app);
    await cp(`${packageRoot}fixtures/${app}`, root, { recursive: true });
    await mkdir(join(root, "node_modules/@segue"), { recursive: true });
    await symlink(packageRoot, join(root, "node_modules/@segue/client-sdk"));
    return root;
  }

  async function filesIn(root: string): Promise<Map<string, Uint8Array>> {
    const files = new Map<string, Uint8Array>();
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      files.set(path.slice(root.length), new Uint8Array(await readFile(path)));
    }
    return files;
  }

  /** Plays a track on the bundled page under a strict content security policy. */
  async function played(files: Map<string, Uint8Array>): Promise<unknown> {
    const track = await media.publish(signal(66_151), { uid: "a" });
    const { origin, server } = await serve(media.objects, false, files);
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on(
      "console",
      (message) => message.text().includes("Content Security") && problems.push(message.text()),
    );
    await page.goto(origin);
    const { segmentKey: _key, ...item } = track.item;
    const { media: object, ...manifest } = item.manifest;
    const result = await page.evaluate(
      async ({ item, manifest, object, prefix, raw, license }) => {
        // biome-ignore lint/suspicious/noExplicitAny: the page's global
        const engine = (globalThis as any).createWebEngine();
        const key = await crypto.subtle.importKey("raw", Uint8Array.from(raw), "AES-GCM", false, ["decrypt"]);
        const media = { ...object, noncePrefix: Uint8Array.from(prefix), salt: new Uint8Array(32) };
        await engine.prepare();
        engine.setLicense(license);
        const ended = new Promise((resolve) =>
          engine.on((event: { type: string }) => {
            if (event.type === "ended" || event.type === "failed") resolve(event);
          }),
        );
        engine.start({ ...item, manifest: { ...manifest, media }, segmentKey: key }, { paused: false });
        const event = await ended;
        await engine.close();
        return event;
      },
      {
        item: { uid: item.uid, gain: 1, startFrame: 0 },
        manifest,
        object: { ...object, url: new URL(object.url).pathname, noncePrefix: null, salt: null },
        prefix: Array.from(object.noncePrefix),
        raw: Array.from(track.keyBytes),
        license: license(Date.now() + 3_600_000),
      },
    );
    await page.close();
    server.close();
    expect(problems).toEqual([]);
    return result;
  }

  it("Vite plays", async () => {
    const root = await copyOf("vite-app");
    await viteBuild({
      root,
      configFile: false,
      logLevel: "error",
      build: { outDir: "out", modulePreload: false },
    });
    const files = await filesIn(join(root, "out"));
    expect([...files.keys()].filter((path) => /engine.worker|output.worklet/.test(path))).toHaveLength(2);
    expect(await played(files)).toMatchObject({ type: "ended", framesPlayed: 66_151 });
  });

  it("webpack plays", async () => {
    const root = await copyOf("webpack-app");
    await new Promise<void>((resolve, reject) =>
      webpack(
        {
          context: root,
          entry: "./main.js",
          mode: "production",
          devtool: false,
          output: { path: join(root, "out"), filename: "main.js", publicPath: "/" },
        },
        (error, stats) =>
          error || stats?.hasErrors() ? reject(error ?? new Error(stats?.toString())) : resolve(),
      ),
    );
    await cp(join(root, "index.html"), join(root, "out/index.html"));
    expect(await played(await filesIn(join(root, "out")))).toMatchObject({
      type: "ended",
      framesPlayed: 66_151,
    });
  });
});
