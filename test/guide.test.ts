import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { approveDevice } from "../packages/client-sdk/test/approve-device";
import { openBrowser } from "./harness/browser";
import { hasBrowser } from "./harness/chromium";
import { filesOf, readGuide, writeProject } from "./harness/guide";
import { type IngestedPiece, serveContinuousPiece } from "./harness/ingested-piece";
import { startServer } from "./harness/server";

const tsx = fileURLToPath(import.meta.resolve("tsx"));
let project: string;
let piece: IngestedPiece;
beforeAll(async () => {
  project = await writeProject(filesOf(readGuide("build-an-app.md")));
  piece = await serveContinuousPiece([3, 4]);
});
afterAll(async () => {
  await piece?.remove();
  await rm(project, { recursive: true, force: true });
});

/** Runs a program of the guide to its end. */
function run(args: readonly string[], onOutput: (printed: string) => void = () => {}) {
  const child = spawn(process.execPath, ["--import", tsx, ...args], {
    cwd: project,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      printed += chunk;
      onOutput(printed);
    });
  return new Promise<{ readonly code: number | null; readonly printed: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, printed })),
  );
}

test("the guide's speaker plays an album into a file and ends by itself", async () => {
  const wav = join(project, "album.wav");
  let approved: Promise<void> | null = null;
  const { code, printed } = await run(["speaker.ts", piece.server.url, wav], (text) => {
    const shown = /Open (\S+) and type (\S+)\n/.exec(text);
    if (shown) approved ??= approveDevice(shown[1]!, "ada", shown[2]!);
  });
  await approved;
  expect(code, printed).toBe(0);
  expect(printed).toContain("♪ Part 2");
  const file = await readFile(wav);
  expect([(file.length - 44) / 4, file.readUInt32LE(40) / 4]).toEqual([piece.totalFrames, piece.totalFrames]);
});

test("the guide's output keeps the promises of its port", async () => {
  const { code, printed } = await run(["--test", "my-output.test.ts"]);
  expect(code, printed).toBe(0);
  expect(printed).toMatch(/pass [1-9]/);
});

describe.skipIf(!hasBrowser)("the guide's web app", () => {
  test("signs in, plays, shows its queue and skips, under the server's strict policy", async () => {
    const built = await run(["node_modules/vite/bin/vite.js", "build"]);
    expect(built.code, built.printed).toBe(0);
    await piece.server.stop();
    const app = await startServer({
      dataDir: piece.server.dataDir,
      env: { SEGUE_WEB_DIR: join(project, "dist") },
    });
    const browser = await openBrowser();
    try {
      const page = await browser.context.newPage();
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(String(error)));
      await page.goto(app.url);
      const [popup] = await Promise.all([
        page.waitForEvent("popup"),
        page.getByRole("button", { name: "Sign in" }).click(),
      ]);
      await popup.getByRole("button", { name: /Ada/ }).click();
      await page.getByRole("button", { name: "Play", disabled: false }).click();
      const now = page.getByRole("status");
      await now.getByText("playing: Part 1").waitFor();
      expect(await page.getByRole("listitem").allTextContents()).toEqual(["Part 2"]);
      await page.getByRole("button", { name: "Next" }).click();
      await now.getByText("playing: Part 2").waitFor();
      await page.getByRole("button", { name: "Pause" }).click();
      await now.getByText("paused: Part 2").waitFor();
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
      await app.stop();
    }
  });
});
