/** A player without sound: a queue, a position that moves, and time to load. */
import type { PlayerFacts } from "../../connect/client/state";
import type { Microseconds } from "../../connect/types";
import { advance, EMPTY_QUEUE, goBack, type QueueState, skipTo } from "../../queue/queue";
import type { Random } from "./random";
import type { Timeline } from "./timeline";

/** Length of every item. */
export const ITEM_MS = 30_000;

export interface ModelPlayer {
  readonly queue: QueueState;
  /** Whether it is heard: for a moment longer than it plays. */
  readonly sounding: boolean;
  /** When it is not heard any more, virtual time; Infinity while it plays. */
  readonly silentAtUs: Microseconds;
  readonly wants: boolean;
  /** Position now, milliseconds. */
  positionMs(): number;
  go(queue: QueueState, positionMs: number, play: boolean): void;
  adapt(queue: QueueState): void;
  play(): void;
  pause(): void;
  seek(ms: number): void;
  skip(by: 1 | -1): void;
  skipTo(uid: string): void;
  /** Stops at once, as a process that ends. */
  cut(): void;
  /** The facts on a clock that is `toLocalMs` of virtual time. */
  facts(appliedVersion: number, toLocalMs: (us: Microseconds) => number): PlayerFacts;
  /** Whether it shows what it was last asked for. */
  readonly settled: boolean;
}

interface Options {
  readonly timeline: Timeline;
  readonly random: Random;
  /** How often loading never ends. */
  readonly stuck: number;
  readonly onChange: () => void;
}

export function createModelPlayer({ timeline, random, stuck, onChange }: Options): ModelPlayer {
  let queue: QueueState = EMPTY_QUEUE;
  let wants = false;
  let moving = false;
  let ended = false;
  let baseMs = 0;
  let baseUs = 0;
  let generation = 0;
  let heardUntilUs = 0;

  const positionMs = () => (moving ? Math.min(ITEM_MS, baseMs + (timeline.nowUs - baseUs) / 1000) : baseMs);

  function rest(ms: number): void {
    baseMs = ms;
    baseUs = timeline.nowUs;
  }

  /** An output fades out and runs empty. */
  function fadeOut(): void {
    if (moving) heardUntilUs = timeline.nowUs + random.between(5_000, 80_000);
    moving = false;
  }

  /** Loads, then sounds. */
  function start(ms: number): void {
    generation += 1;
    moving = false;
    rest(ms);
    const mine = generation;
    if (!wants || queue.current === null) return;
    const loadUs = random.chance(stuck)
      ? 60_000_000
      : random.chance(0.3)
        ? random.between(1_000, 20_000)
        : random.between(5_000, 600_000);
    timeline.after(loadUs, () => {
      if (mine !== generation || !wants) return;
      moving = true;
      rest(baseMs);
      timeline.after((ITEM_MS - baseMs) * 1000, () => mine === generation && endItem());
      onChange();
    });
  }

  function endItem(): void {
    queue = advance(queue, true);
    if (queue.current !== null) {
      generation += 1;
      const mine = generation;
      moving = true;
      rest(0);
      timeline.after(ITEM_MS * 1000, () => mine === generation && endItem());
    } else finish();
    onChange();
  }

  function finish(): void {
    generation += 1;
    ended = true;
    moving = false;
    wants = false;
    rest(0);
  }

  function begin(next: QueueState, ms: number): void {
    queue = next;
    ended = queue.current === null;
    if (ended) finish();
    else start(Math.min(ms, ITEM_MS));
    onChange();
  }

  return {
    get queue() {
      return queue;
    },
    get sounding() {
      return moving || timeline.nowUs < heardUntilUs;
    },
    get silentAtUs() {
      return moving ? Number.POSITIVE_INFINITY : heardUntilUs;
    },
    get wants() {
      return wants;
    },
    get settled() {
      return ended || wants === moving;
    },
    positionMs,
    go(next, ms, play) {
      wants = play && next.current !== null;
      begin(next, ms);
    },
    adapt(next) {
      queue = next;
      onChange();
    },
    play() {
      if (wants || queue.current === null) return;
      wants = true;
      start(positionMs());
      onChange();
    },
    pause() {
      if (!wants && !moving) return;
      generation += 1;
      rest(positionMs());
      fadeOut();
      wants = false;
      onChange();
    },
    seek(ms) {
      if (queue.current === null) return;
      start(Math.min(ms, ITEM_MS));
      onChange();
    },
    skip(by) {
      if (queue.current === null || (by === -1 && queue.history.length === 0)) return;
      wants = true;
      begin(by === 1 ? advance(queue, false) : goBack(queue), 0);
    },
    skipTo(uid) {
      const next = skipTo(queue, uid);
      if (next === queue) return;
      wants = true;
      begin(next, 0);
    },
    cut() {
      generation += 1;
      rest(positionMs());
      moving = false;
      heardUntilUs = 0;
      wants = false;
    },
    facts(appliedVersion, toLocalMs) {
      return {
        itemUid: queue.current?.uid ?? null,
        positionMs: positionMs(),
        atMs: toLocalMs(timeline.nowUs),
        durationMs: ITEM_MS,
        playing: moving,
        buffering: wants && !moving,
        ended,
        errorCode: null,
        appliedVersion,
      };
    },
  };
}
