/** The page of the browser test: plays what the test hands over and keeps what the worklet rendered. */
import type { EngineEvent, EngineItem } from "../../../src/ports/engine";
import { createWebEngine } from "../../../src/web/web-engine";
import { runSuite, type SuiteInput } from "./suites";

interface Piece {
  readonly items: (Omit<EngineItem, "segmentKey"> & { readonly rawKey: number[] })[];
  readonly license: never;
  readonly busy: boolean;
  readonly seek?: number;
  /** Half a second later, cuts the second item off and plays the third instead. */
  readonly replace?: boolean;
}

/** JSON has no byte arrays. */
function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (value && typeof value === "object") {
    if ("$bytes" in value) return Uint8Array.from(value.$bytes as number[]);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revive(inner)]));
  }
  return value;
}

async function play(raw: unknown) {
  const piece = revive(raw) as Piece;
  const left: Float32Array[] = [];
  const engine = createWebEngine({
    assets: { workerUrl: "/engine.worker.js", workletUrl: "/output.worklet.js" },
    tap: (audio) => left.push(audio.left),
  });
  const events: string[] = [];
  let frames = 0;
  const idle = new Promise<void>((resolve, reject) => {
    engine.on((event: EngineEvent) => {
      if (event.type === "position" || event.type === "buffered") return;
      events.push("uid" in event ? `${event.type} ${event.uid}` : event.type);
      if (event.type === "ended") frames += event.framesPlayed;
      if (event.type === "failed") reject(event.error);
      if (event.type === "idle") resolve();
    });
  });
  await engine.prepare();
  engine.setLicense(piece.license);
  const timer = piece.busy ? setInterval(block, 200) : undefined;
  for (const [index, item] of piece.items.entries()) {
    const key = await crypto.subtle.importKey("raw", Uint8Array.from(item.rawKey), "AES-GCM", false, [
      "decrypt",
    ]);
    const full = { ...item, segmentKey: key };
    if (index === 0) engine.start(full, { paused: piece.seek !== undefined });
    else if (!piece.replace || index === 1) engine.append(full);
    else {
      await new Promise((resolve) => setTimeout(resolve, 500));
      engine.truncateAfter(piece.items[0]!.uid);
      engine.append(full);
    }
  }
  if (piece.seek !== undefined) {
    engine.seek(piece.seek);
    await engine.resume();
  }
  await idle;
  clearInterval(timer);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const stats = engine.stats();
  await engine.close();
  return { events, frames, stats, rendered: base64(left) };
}

/** Keeps the page's thread busy 180 of 200 ms. */
function block() {
  const until = performance.now() + 180;
  while (performance.now() < until);
}

function base64(blocks: Float32Array[]): string {
  let text = "";
  for (const block of blocks) {
    const bytes = new Uint8Array(block.buffer);
    for (let at = 0; at < bytes.length; at += 8192)
      text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(text);
}

Object.assign(globalThis, {
  play,
  runSuite: (name: string, input: unknown) => runSuite(name, revive(input) as SuiteInput),
});
