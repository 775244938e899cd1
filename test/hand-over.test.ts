import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { approveDevice } from "../packages/client-sdk/test/approve-device";
import { openBrowser } from "./harness/browser";
import { hasBrowser } from "./harness/chromium";
import { type IngestedPiece, serveContinuousPiece } from "./harness/ingested-piece";
import { findAlbum, openPlayer, signIn } from "./harness/player-page";

const speakerProgram = fileURLToPath(new URL("../examples/speaker/speaker.mjs", import.meta.url));
const sink = fileURLToPath(new URL("harness/pcm-sink.mjs", import.meta.url));
const TRANSFERS = 20;

interface Stretch {
  readonly from: number;
  readonly to: number;
}

declare global {
  interface Window {
    /** When the page sounded, by the wall clock. */
    stretches: { from: number; frames: number }[];
  }
}

let piece: IngestedPiece;
let browser: Awaited<ReturnType<typeof openBrowser>>;
let page: Page;
let speaker: { readonly process: ChildProcess; readonly printed: () => string; readonly log: string };

beforeAll(async () => {
  if (!hasBrowser) return;
  piece = await serveContinuousPiece([120, 120]);
  speaker = await startSpeaker();
  browser = await openBrowser();
  page = await openPlayer(browser.context, piece.server.url);
  await signIn(page);
});
afterAll(async () => {
  speaker?.process.kill("SIGTERM");
  await browser?.close();
  await piece?.remove();
});

/** The terminal speaker, signed in as Ada, with a stand-in for a sound card. */
async function startSpeaker() {
  const log = join(piece.folder, "speaker.log");
  const output = `${process.execPath} ${sink} {rate} ${log}`;
  const args = [speakerProgram, "--name", "Kitchen", "--server", piece.server.url, "--output", output];
  const child = spawn(process.execPath, [...args, "--data-dir", join(piece.folder, "speaker")]);
  let printed = "";
  let approved: Promise<void> | null = null;
  const read = (chunk: Buffer) => {
    printed += chunk.toString();
    const code = /Open (\S+)\nand approve the code (\S+)\n/.exec(printed);
    if (code) approved ??= approveDevice(code[1]!, "ada", code[2]!);
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  await until(
    () => /● online/.test(printed),
    () => `the speaker is not online: ${printed}`,
  );
  await approved;
  return { process: child, printed: () => printed, log };
}

async function until(done: () => boolean | Promise<boolean>, what: () => string, ms = 60_000): Promise<void> {
  for (const ends = Date.now() + ms; !(await done()); ) {
    if (Date.now() > ends) throw new Error(`${what()}; ${await describePage()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

const describePage = () =>
  page.evaluate(() => {
    const { current, devices, playing, status, transfer } = window.segue.connect.state;
    const notice = document.querySelector(".notice")?.textContent ?? null;
    return JSON.stringify({ current: current?.track.title, devices, playing, status, transfer, notice });
  });

const activeName = () =>
  page.evaluate(() => window.segue.connect.state.devices.find(({ isActive }) => isActive)?.name ?? null);

async function speakerStretches(): Promise<readonly Stretch[]> {
  // It is there once the speaker has something to play.
  const text = await readFile(speaker.log, "utf8").catch(() => "");
  const lines = text.split("\n").slice(0, -1);
  const ended = lines.map((line) => JSON.parse(line) as { from: number; to?: number });
  const last = ended.at(-1);
  return [
    ...ended.filter((each): each is Stretch => each.to !== undefined),
    ...(last && last.to === undefined ? [{ from: last.from, to: Date.now() }] : []),
  ];
}

/** Within a stretch frames follow each other without a hole, so that its earliest possible begin is its begin. */
async function listenToPage(): Promise<void> {
  await page.evaluate(() => {
    window.stretches = [];
    let last: { from: number; frames: number } | null = null;
    window.captured = new Proxy([] as Float32Array[], {
      get: (target, key) =>
        key === "push"
          ? (block: Float32Array) => {
              const now = Date.now();
              if (!block.some((level) => level > 1e-4)) return 0;
              const end = last ? last.from + (last.frames / 44_100) * 1000 : 0;
              if (!last || now - end > 600) {
                last = { from: now, frames: 0 };
                window.stretches.push(last);
              }
              last.frames += block.length;
              last.from = Math.min(last.from, now - (last.frames / 44_100) * 1000);
              return 0;
            }
          : Reflect.get(target, key),
    });
  });
}

const pageStretches = (): Promise<readonly Stretch[]> =>
  page.evaluate(() =>
    window.stretches.map(({ from, frames }) => ({ from, to: from + (frames / 44_100) * 1000 })),
  );

test.skipIf(!hasBrowser)(
  "web player and speaker hand the music to each other twenty times, never both audible",
  { timeout: 300_000 },
  async () => {
    await listenToPage();
    await page.keyboard.press("d");
    const panel = page.getByRole("complementary", { name: "Devices" });
    const kitchen = panel.getByRole("button", { name: /^Kitchen/ });
    const here = panel.getByRole("button", { name: /this browser/ });
    await kitchen.waitFor();
    const album = await findAlbum(page, "One Piece");
    await page.evaluate((id) => window.segue.player.playAlbum(id), album);
    await until(
      async () => (await pageStretches()).length > 0,
      () => "the page does not sound",
    );

    const errors: number[] = [];
    for (let i = 0; i < TRANSFERS; i++) {
      const toKitchen = i % 2 === 0;
      await page.waitForTimeout(900);
      const before = await page.evaluate(() => ({
        at: Date.now(),
        ms: window.segue.connect.positionMs(),
      }));
      const sounded = (toKitchen ? await speakerStretches() : await pageStretches()).length;
      await (toKitchen ? kitchen : here).click();
      await until(
        async () => {
          const stretches = toKitchen ? await speakerStretches() : await pageStretches();
          return stretches.length > sounded;
        },
        () => `transfer ${i} did not sound: ${speaker.printed()}`,
      );
      await until(
        async () => (await activeName()) === (toKitchen ? "Kitchen" : "Web player"),
        () => "the news",
      );
      // The music stands still from the old device's last frame to the new one's first.
      const [old, fresh] = toKitchen
        ? [await pageStretches(), await speakerStretches()]
        : [await speakerStretches(), await pageStretches()];
      await page.waitForTimeout(300);
      const after = await page.evaluate(() => ({ at: Date.now(), ms: window.segue.connect.positionMs() }));
      const still = fresh.at(-1)!.from - old.at(-1)!.to;
      errors.push(Math.abs(after.ms - before.ms - (after.at - before.at - still)));
      expect(await page.getByText("Playing on Kitchen").count()).toBe(toKitchen ? 1 : 0);
    }

    const [inPage, inKitchen] = [await pageStretches(), await speakerStretches()];
    const overlap = Math.max(
      ...inPage.flatMap((a) => inKitchen.map((b) => Math.min(a.to, b.to) - Math.max(a.from, b.from))),
    );
    const sorted = [...errors].sort((a, b) => a - b);
    console.log(
      `${TRANSFERS} transfers: overlap ${Math.max(0, overlap).toFixed(0)} ms (least silence between ${Math.max(0, -overlap).toFixed(0)} ms); position off by ${sorted[TRANSFERS / 2]!.toFixed(0)} ms (median), ${sorted.at(-1)!.toFixed(0)} ms (worst)`,
    );
    expect(inPage.length).toBeGreaterThanOrEqual(TRANSFERS / 2);
    expect(inKitchen.length).toBeGreaterThanOrEqual(TRANSFERS / 2);
    expect(overlap).toBeLessThanOrEqual(0);
    expect(speaker.printed()).toContain("→ the music went to Web player");
  },
);

test.skipIf(!hasBrowser)(
  "the page is a remote control of the speaker: pause, play, next, another album, volume",
  async () => {
    const panel = page.getByRole("complementary", { name: "Devices" });
    await panel.getByRole("button", { name: /^Kitchen/ }).click();
    await until(
      async () => (await activeName()) === "Kitchen",
      () => "the speaker is not active",
    );
    const bar = page.getByRole("region", { name: "Now playing" });
    await bar.getByRole("group", { name: "Playback" }).getByRole("button", { name: "Pause" }).click();
    await until(
      () => /‖ paused/.test(speaker.printed()),
      () => `no pause: ${speaker.printed()}`,
    );
    await bar.getByRole("group", { name: "Playback" }).getByRole("button", { name: "Play" }).click();
    await until(
      () => /▶ goes on/.test(speaker.printed()),
      () => `no play: ${speaker.printed()}`,
    );
    await bar.getByRole("group", { name: "Playback" }).getByRole("button", { name: "Next" }).click();
    await until(
      () => /▶ Part 2/.test(speaker.printed()),
      () => `no next: ${speaker.printed()}`,
    );
    const album = await findAlbum(page, "One Piece");
    await page.evaluate((id) => {
      window.location.hash = `#/album/${id}`;
    }, album);
    await page.getByRole("heading", { name: "One Piece" }).waitFor();
    await page.getByRole("main").getByRole("button", { name: /^Play/ }).first().click();
    await until(
      async () =>
        /▶ Part 2[\s\S]*▶ Part 1/.test(speaker.printed()) &&
        (await page.evaluate(() => window.segue.connect.state.context?.title)) === "One Piece",
      () => `no album: ${speaker.printed()}`,
    );
    expect(await activeName()).toBe("Kitchen");
    await panel.getByRole("slider", { name: "Volume of Kitchen" }).fill("40");
    await until(
      () => /♪ volume 40 %/.test(speaker.printed()),
      () => `no volume: ${speaker.printed()}`,
    );
  },
);
