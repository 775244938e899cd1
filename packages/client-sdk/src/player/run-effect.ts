import {
  normalizationGain,
  type PlaybackEffect,
  type PlaybackInput,
  type RenditionId,
  SegueError,
  type Track,
} from "@segue/core";
import type { PlayerState } from "../client";
import type { PlayRecorder } from "../events/recorder";
import type { Clock } from "../ports/clock";
import type { Engine, EngineItem } from "../ports/engine";
import type { QueueCatalog } from "./catalog-of-queue";
import type { Grants, OpenedGrant } from "./grants";
import type { InspectorLog } from "./inspector-log";
import type { StartTimer } from "./start-timer";

/** What effects act upon. */
export interface EffectContext {
  readonly engine: Engine;
  readonly recorder: Pick<PlayRecorder, "placed" | "moved">;
  readonly grants: Grants;
  readonly catalog: QueueCatalog;
  readonly clock: Clock;
  readonly log: InspectorLog;
  readonly timer: StartTimer;
  /** Opened grants by pass. */
  readonly opened: Map<string, OpenedGrant>;
  /** At which share of the current track each pass was requested, percent. */
  readonly requestedAt: Map<string, number>;
  /** Passes that continue the stream of those before them. */
  readonly appended: Set<string>;
  readonly normalization: () => PlayerState["normalization"];
  readonly resolveUrl: (url: string) => string;
  readonly dispatch: (input: PlaybackInput) => void;
  /** Keeps the error behind a code, for whoever looks at the state. */
  readonly noteError: (error: SegueError) => void;
  /** Keeps a timer's cancellation until it has fired. */
  readonly later: (ms: number, run: () => void) => void;
}

/** Carries out one effect; what comes of it is dispatched as an input. */
export function runEffect(effect: PlaybackEffect, context: EffectContext): void {
  const { engine, catalog, log, opened } = context;
  switch (effect.type) {
    case "fetch_head":
      fetchHead(catalog.track(effect.item), context);
      return;
    case "request_grant":
      return void requestGrant(effect, context);
    case "refresh_grant":
      return void refreshGrant(effect, context);
    case "start": {
      const grant = opened.get(effect.passId);
      if (grant)
        engine.start(place(effect.passId, grant, effect.startFrame, context), { paused: effect.paused });
      context.timer.mark("handed over");
      return;
    }
    case "append": {
      const grant = opened.get(effect.passId);
      if (!grant) return;
      context.appended.add(effect.passId);
      engine.append(place(effect.passId, grant, 0, context));
      return;
    }
    case "truncate_after":
      engine.truncateAfter(effect.passId);
      return;
    case "seek":
      engine.seek(effect.frame);
      return;
    case "pause":
      engine.pause();
      return;
    case "resume":
      return void engine.resume().catch((cause) => {
        const error = SegueError.from(cause, "output_failed");
        log.add("error", error.code);
        context.dispatch({ type: "blocked" });
      });
    case "wait":
      context.later(effect.afterMs, () => context.dispatch({ type: "due", wait: effect.wait }));
  }
}

/** The item that is about to stand on the timeline; the recorder hears of it first. */
function place(uid: string, grant: OpenedGrant, startFrame: number, context: EffectContext): EngineItem {
  const gain = normalizationGain(grant.manifest.loudness, context.normalization());
  const item = { uid, manifest: grant.manifest, segmentKey: grant.segmentKey, startFrame, gain };
  context.recorder.placed(item);
  return item;
}

function usableHead(track: Track, clock: Clock) {
  return track.head !== null && track.head.expiresAt > clock.wallMs() ? track.head : null;
}

function fetchHead(track: Track, { engine, clock, log, resolveUrl }: EffectContext): void {
  const head = usableHead(track, clock);
  if (!head) return;
  log.add("head", `${track.title}: first ${head.byteLength} bytes`);
  engine.fetchHead({ renditionId: head.renditionId, url: resolveUrl(head.url), byteLength: head.byteLength });
}

async function requestGrant(
  effect: Extract<PlaybackEffect, { type: "request_grant" }>,
  context: EffectContext,
): Promise<void> {
  const { grants, catalog, clock, log, timer, dispatch } = context;
  const { passId, purpose, atPercent } = effect;
  const track = catalog.track(effect.item);
  if (atPercent !== null) {
    context.requestedAt.set(passId, atPercent);
    log.add("prefetch", `${purpose} "${track.title}" at ${atPercent.toFixed(1)} %`);
  }
  try {
    const preferred = (usableHead(track, clock)?.renditionId ?? null) as RenditionId | null;
    const mark = purpose === "current" ? timer.mark : undefined;
    const answer = await grants.request(effect.trackId, preferred, mark);
    if (answer.kind === "refusal") {
      log.add("grant", `${track.title}: refused, ${answer.refusal.reason}`);
      return dispatch({ type: "grant_refused", passId, refusal: answer.refusal });
    }
    const { codec, bitrateBps, sampleRateHz, totalFrames } = answer.manifest;
    log.add("grant", `${track.title}: ${codec} ${bitrateBps / 1000} kbps`);
    context.opened.set(passId, answer);
    const { urlLifetimeMs } = answer;
    const facts = { sampleRateHz, totalFrames };
    dispatch({ type: "grant_arrived", passId, facts, nowMs: clock.wallMs(), urlLifetimeMs });
  } catch (cause) {
    const error = SegueError.from(cause, "protocol");
    context.noteError(error);
    dispatch({ type: "grant_failed", passId, code: error.code });
  }
}

async function refreshGrant(
  { passId, item, urgent }: Extract<PlaybackEffect, { type: "refresh_grant" }>,
  context: EffectContext,
): Promise<void> {
  const { opened, engine, clock, log, dispatch } = context;
  try {
    const held = opened.get(passId)?.manifest.renditionId ?? null;
    const answer = await context.grants.request(item.trackId, held);
    if (!opened.has(passId)) return;
    if (answer.kind === "refusal") throw new SegueError("not_granted", { detail: answer.refusal.reason });
    const { renditionId, media } = answer.manifest;
    // The bytes that are here belong to the rendition that was granted first: another one is another start.
    if (renditionId !== held) throw new SegueError("unavailable", { detail: "another rendition is granted" });
    opened.set(passId, answer);
    log.add("grant", urgent ? "a fresh media URL" : "a fresh media URL, ahead of time");
    engine.replaceUrl(passId, media.url);
    dispatch({ type: "grant_renewed", passId, nowMs: clock.wallMs(), urlLifetimeMs: answer.urlLifetimeMs });
  } catch (cause) {
    const error = SegueError.from(cause, "protocol");
    // Nobody hears of a renewal ahead of time that failed: the old URL still works.
    if (!urgent) {
      log.add("grant", `renewal ahead of time: ${error.code}`);
      return dispatch({ type: "renewal_failed", passId, nowMs: clock.wallMs() });
    }
    context.noteError(error);
    dispatch({ type: "failed", passId, code: error.code });
  }
}
