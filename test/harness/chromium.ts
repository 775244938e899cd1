import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const DEBIAN = "/usr/bin/chromium";

/** Path of the Chromium that tests drive; null where there is none, which `npm test` says. */
const CHROMIUM: string | null = process.env.SEGUE_CHROMIUM ?? (existsSync(DEBIAN) ? DEBIAN : null);
export const hasBrowser = CHROMIUM !== null;

/** How tests start it: in a container, quiet on the network; sound needs no gesture when `loud`. @throws Error without a Chromium */
export function chromiumOptions({ loud }: { readonly loud: boolean }) {
  if (CHROMIUM === null) throw new Error("no Chromium: set SEGUE_CHROMIUM");
  const args = loud ? [...ARGUMENTS, "--autoplay-policy=no-user-gesture-required"] : ARGUMENTS;
  return { executablePath: CHROMIUM, headless: true, args };
}

/** A Chromium whose pages share nothing with those of another one. */
export const launchChromium = (options: { readonly loud: boolean }): Promise<Browser> =>
  chromium.launch(chromiumOptions(options));

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
