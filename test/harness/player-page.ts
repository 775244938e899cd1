import type { InspectorSnapshot, PlayerState, SegueClient } from "@segue/client-sdk";
import type { BrowserContext, Page } from "playwright-core";

/** What these tests find on the web player's window. */
declare global {
  interface Window {
    segue: SegueClient;
    /** Set before the page loads: receives every rendered block. */
    segueTap?: (audio: { readonly left: Float32Array; readonly right: Float32Array }) => void;
    captured: Float32Array[];
  }
}

/** What the output rendered between the first and the last frame of music. */
export interface Capture {
  /** Frames from the first to the last that is not silent. */
  readonly frames: number;
  /** Longest run of silent frames within. */
  readonly longestSilence: number;
  /** Number of silent frames within. */
  readonly silentFrames: number;
}

/** Opens the web player, with every rendered block kept in the page. */
export async function openPlayer(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.addInitScript(() => {
    window.captured = [];
    window.segueTap = ({ left, right }) => {
      const both = new Float32Array(left.length);
      for (let i = 0; i < left.length; i++) both[i] = Math.max(Math.abs(left[i]!), Math.abs(right[i]!));
      window.captured.push(both);
    };
  });
  await page.goto(url);
  await page.waitForFunction(
    () => window.segue !== undefined && window.segue.auth.state.kind !== "signing_in",
  );
  return page;
}

/** Signs in through the popup, as one of the sandbox's demo users. */
export async function signIn(page: Page, name: "Ada" | "Bob" = "Ada"): Promise<void> {
  const [popup] = await Promise.all([
    page.waitForEvent("popup"),
    page
      .getByRole("button", { name: /sign in/i })
      .first()
      .click(),
  ]);
  await popup.getByRole("button", { name: new RegExp(name) }).click();
  await page.waitForFunction(() => window.segue.auth.state.kind === "signed_in", undefined, {
    timeout: 20_000,
  });
}

/** Id of the album with this title on the home page. */
export function findAlbum(page: Page, title: string): Promise<string> {
  return page.evaluate(async (wanted) => {
    const { shelves } = await window.segue.api.home();
    for (const shelf of shelves)
      for (const item of shelf.items)
        if (item.kind === "album" && item.album.title === wanted) return item.album.id;
    throw new Error(`no album named ${wanted} on the home page`);
  }, title);
}

/** Keeps the page's main thread busy for 180 ms of every 200. */
export function blockMainThread(page: Page): Promise<void> {
  return page.evaluate(() => {
    setInterval(() => {
      const until = performance.now() + 180;
      while (performance.now() < until);
    }, 200);
  });
}

/** Waits until the queue has been played to its end. */
export async function untilIdle(page: Page, timeout: number): Promise<void> {
  await page.waitForFunction(() => window.segue.player.state.status === "idle", undefined, {
    timeout,
    polling: 250,
  });
  // The last blocks are on their way from the worklet to the page.
  await page.waitForTimeout(500);
}

/** Measures what was captured since the page loaded. */
export function measureCapture(page: Page): Promise<Capture> {
  return page.evaluate(() => {
    const silent = 1e-6;
    let frames = 0;
    let started = false;
    let run = 0;
    let longestSilence = 0;
    let silentFrames = 0;
    for (const block of window.captured) {
      for (const level of block) {
        if (level <= silent) {
          if (started) run += 1;
          continue;
        }
        if (started && run > 0) {
          longestSilence = Math.max(longestSilence, run);
          silentFrames += run;
          frames += run;
        }
        started = true;
        run = 0;
        frames += 1;
      }
    }
    return { frames, longestSilence, silentFrames };
  });
}

export const inspect = (page: Page): Promise<InspectorSnapshot> =>
  page.evaluate(() => window.segue.inspect());
export const playerState = (page: Page): Promise<PlayerState> =>
  page.evaluate(() => window.segue.player.state);
