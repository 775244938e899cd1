/** Runs acceptance suites in a page, without a test runner. */

import { AacDecoder } from "../../../src/engine/decode/aac";
import { systemClock } from "../../../src/ports/clock";
import type { EngineItem } from "../../../src/ports/engine";
import { clockSuite } from "../../../src/testing/acceptance-clock";
import { trackDecoderSuite } from "../../../src/testing/acceptance-decoder";
import { engineSuite } from "../../../src/testing/acceptance-engine";
import { credentialStoreSuite, indexStoreSuite, keyStoreSuite } from "../../../src/testing/acceptance-stores";
import type { SuiteTools } from "../../../src/testing/suite-tools";
import { webStores } from "../../../src/web/storage/web-stores";
import { createWebEngine } from "../../../src/web/web-engine";

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
/** Equal as their JSON is: what the suites compare has no more than that. */
function equal(actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`expected ${b}, got ${a}`);
}

let stores = 0;
const open = () => webStores(`suite-${stores++}`);

/** What a suite needs from the test; bytes are revived by the page. */
export interface SuiteInput {
  readonly bytes?: Uint8Array;
  readonly frames?: number;
  readonly item?: Omit<EngineItem, "segmentKey"> & { readonly rawKey: number[] };
  readonly license?: never;
}

const SUITES: Record<string, (tools: SuiteTools, input: SuiteInput) => void> = {
  clock: (tools) => clockSuite(tools, () => ({ clock: systemClock, pass: (ms) => later(ms + 20) })),
  credentials: (tools) => credentialStoreSuite(tools, () => open().credentials),
  index: (tools) => indexStoreSuite(tools, () => open().index),
  keys: (tools) => keyStoreSuite(tools, () => open().keys),
  aac: (tools, { bytes, frames }) =>
    trackDecoderSuite(tools, async () => ({
      bytes: bytes!,
      frames: frames!,
      channels: 1,
      // The decoder's overlap is primed by two packets; what is left of another history is below hearing.
      tolerance: 0.001,
      open: (data = bytes!) =>
        AacDecoder.open({ size: data.length, read: async (at, length) => data.slice(at, at + length) }),
    })),
  engine: (tools, { item, license }) =>
    engineSuite(tools, async () => {
      const engine = createWebEngine({
        assets: { workerUrl: "/engine.worker.js", workletUrl: "/output.worklet.js" },
      });
      await engine.prepare();
      engine.setLicense(license!);
      const raw = Uint8Array.from(item!.rawKey);
      const segmentKey = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
      return { engine, item: (uid) => ({ ...item!, segmentKey, uid }), pass: () => later(20) };
    }),
};

/** Runs the suite and gives, by test, what went wrong; null when nothing did. */
export async function runSuite(name: string, input: SuiteInput): Promise<Record<string, string | null>> {
  const tests: [string, () => Promise<void>][] = [];
  const tools: SuiteTools = {
    describe: (_, body) => body(),
    test: (title, body) => void tests.push([title, body]),
    equal,
  };
  SUITES[name]!(tools, input);
  const results: Record<string, string | null> = {};
  for (const [title, body] of tests) {
    results[title] = await body().then(
      () => null,
      (error) => String(error),
    );
  }
  return results;
}
