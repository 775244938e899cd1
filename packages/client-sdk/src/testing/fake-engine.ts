import { framesToMs, type LicenseState, type Milliseconds, msToFrames, SegueError } from "@segue/core";
import type { Engine, EngineEvent, EngineItem, HeadRequest } from "../ports/engine";
import { createEmitter } from "../surface/emitter";

/** An engine without sound: the test says when time passes. */
export interface FakeEngine extends Engine {
  /** Plays `ms` of the timeline, unless paused or blocked. */
  run(ms: Milliseconds): void;
  /** Sends any event. */
  emit(event: EngineEvent): void;
  readonly timeline: readonly EngineItem[];
  readonly heads: readonly HeadRequest[];
  readonly paused: boolean;
  readonly volume: number;
  readonly license: LicenseState | null;
  readonly closed: boolean;
  /** Urls given by `replaceUrl`, newest last. */
  readonly replacedUrls: readonly string[];
  /** From now on the output wants a user gesture. */
  block(blocked: boolean): void;
}

export function fakeEngine(): FakeEngine {
  const events = createEmitter<{ event: [event: EngineEvent] }>();
  let timeline: EngineItem[] = [];
  let frame = 0;
  let begun = false;
  let blocked = false;
  let framesPlayed = 0;
  /** Frames of the current item that were played. */
  let ofCurrent = 0;
  const engine = {
    heads: [] as HeadRequest[],
    replacedUrls: [] as string[],
    paused: true,
    volume: 1,
    license: null as LicenseState | null,
    closed: false,
    get timeline() {
      return timeline;
    },
    block(value: boolean) {
      blocked = value;
    },
    emit(event: EngineEvent) {
      events.emit("event", event);
    },
    run(ms: Milliseconds) {
      let left = ms;
      while (left > 0 && timeline.length > 0 && !engine.paused && !blocked) {
        const item = timeline[0]!;
        const { sampleRateHz, totalFrames } = item.manifest;
        if (!begun) {
          begun = true;
          engine.emit({ type: "started", uid: item.uid, frame });
          if (timeline[0] !== item) continue;
        }
        const frames = Math.min(totalFrames - frame, Math.max(1, msToFrames(left, sampleRateHz)));
        left -= framesToMs(Math.max(1, frames), sampleRateHz);
        frame += frames;
        framesPlayed += frames;
        ofCurrent += frames;
        if (frame < totalFrames) {
          engine.emit({ type: "position", uid: item.uid, frame, framesPlayed: ofCurrent });
          continue;
        }
        timeline = timeline.slice(1);
        frame = timeline[0]?.startFrame ?? 0;
        begun = false;
        const played = ofCurrent;
        ofCurrent = 0;
        engine.emit({ type: "ended", uid: item.uid, framesPlayed: played });
        if (timeline.length === 0) engine.emit({ type: "idle" });
      }
    },
    async prepare() {},
    fetchHead(head: HeadRequest) {
      engine.heads.push(head);
    },
    start(item: EngineItem, options: { readonly paused: boolean }) {
      timeline = [item];
      frame = item.startFrame;
      begun = false;
      ofCurrent = 0;
      engine.paused = options.paused;
      if (blocked && !options.paused) engine.emit({ type: "blocked" });
    },
    append(item: EngineItem) {
      if (timeline.some((other) => other.uid === item.uid))
        throw new Error("a uid is unique on the timeline");
      timeline = [...timeline, item];
      if (timeline.length === 1) frame = item.startFrame;
    },
    truncateAfter(uid: string) {
      const at = timeline.findIndex((item) => item.uid === uid);
      if (at >= 0) timeline = timeline.slice(0, at + 1);
    },
    seek(to: number) {
      frame = Math.min(to, timeline[0]?.manifest.totalFrames ?? 0);
    },
    pause() {
      engine.paused = true;
    },
    async whenSilent() {},
    async resume() {
      if (blocked) throw new SegueError("output_blocked");
      engine.paused = false;
    },
    setVolume(volume: number) {
      engine.volume = volume;
    },
    setLicense(license: LicenseState) {
      engine.license = license;
    },
    replaceUrl(_uid: string, url: string) {
      engine.replacedUrls.push(url);
    },
    on(listener: (event: EngineEvent) => void) {
      return events.on("event", listener);
    },
    stats: () => ({
      output: "node" as const,
      contextSampleRateHz: 44_100,
      outputLatencyMs: 0,
      ringFillMs: 0,
      rangesFetched: 0,
      bytesFetched: 0,
      segmentsDecrypted: 0,
      framesPlayed,
      underrunFrames: 0,
      lastJoinGapFrames: null,
      ranges: [],
    }),
    async close() {
      engine.closed = true;
      timeline = [];
      events.clear();
    },
  };
  return engine;
}
