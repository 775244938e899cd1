/** A player without sound: a queue, a position that moves, time to load, and an output that runs empty. */
import type { PlayerEffect, PlayerView } from "../../connect/client/device-state";
import type { Microseconds } from "../../connect/types";
import {
  advance,
  EMPTY_QUEUE,
  editQueue,
  goBack,
  loadContext,
  type QueueState,
  resumeQueue,
  skipTo,
} from "../../queue/queue";
import type { Wish } from "../../queue/wish";
import type { Random } from "./random";
import type { Timeline } from "./timeline";

/** Length of every item. */
export const ITEM_MS = 30_000;
/** Within this much of an item, "previous" leads to the item before it. */
const RESTART_AFTER_MS = 3_000;

type Adopted = Pick<Extract<PlayerEffect, { type: "adopt" }>, "queue" | "startMs" | "play">;

export interface ModelPlayer {
  readonly queue: QueueState;
  /** Whether it is heard: for a moment longer than it plays. */
  readonly sounding: boolean;
  readonly wants: boolean;
  /** Position now, milliseconds. */
  positionMs(): number;
  adopt(session: Adopted): void;
  /** Carries a listener's wish out, as the SDK's player does. */
  dispatch(wish: Wish): void;
  /** Calls back when nothing is heard any more, or when sound is wanted again. */
  whenSilent(run: () => void): void;
  /** Stops at once and forgets everything, as a process that ends. */
  cut(): void;
  /** What it is now, on a clock that is `toLocalMs` of virtual time. */
  view(toLocalMs: (us: Microseconds) => number): PlayerView;
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
  let baseMs = 0;
  let baseUs = 0;
  let generation = 0;
  let heardUntilUs = 0;
  let awaitSilence: (() => void)[] = [];

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

  /** The output's word takes its time: a worker may be starved. */
  const late = () => random.between(0, random.chance(0.2) ? 300_000 : 30_000);

  function answerSilence(): void {
    for (const run of awaitSilence.splice(0)) timeline.after(late(), run);
  }

  /** Loads, then sounds. */
  function start(ms: number): void {
    generation += 1;
    fadeOut();
    rest(ms);
    const mine = generation;
    if (!wants || queue.current === null) return;
    answerSilence();
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
    fadeOut();
    wants = false;
    rest(0);
  }

  function begin(next: QueueState, ms: number, play: boolean): void {
    queue = next;
    wants = play;
    if (queue.current === null) finish();
    else start(Math.min(ms, ITEM_MS));
    onChange();
  }

  function play(): void {
    if (queue.current === null) {
      const next = resumeQueue(queue);
      if (next.current !== null) begin(next, 0, true);
    } else if (!wants) begin(queue, positionMs(), true);
  }

  function pause(): void {
    if (!wants) return;
    generation += 1;
    rest(positionMs());
    fadeOut();
    wants = false;
    onChange();
  }

  function seek(ms: number): void {
    if (queue.current !== null) begin(queue, ms, wants);
  }

  function move(next: QueueState): void {
    if (next !== queue) begin(next, 0, next.current !== null);
  }

  return {
    get queue() {
      return queue;
    },
    get sounding() {
      return moving || timeline.nowUs < heardUntilUs;
    },
    get wants() {
      return wants;
    },
    positionMs,
    adopt(session) {
      const { startMs } = session;
      const stays = startMs === null && queue.current?.uid === session.queue.current?.uid;
      if (!stays || session.queue.current === null) {
        begin(session.queue, startMs ?? 0, session.play && session.queue.current !== null);
        return;
      }
      queue = session.queue;
      onChange();
    },
    dispatch(wish) {
      switch (wish.type) {
        case "load":
          move(loadContext(queue, wish.items, wish.startIndex, wish.shuffle, wish.seed));
          break;
        case "play":
          play();
          break;
        case "pause":
          pause();
          break;
        case "seek":
          seek(wish.ms);
          break;
        case "next":
          move(advance(queue, false));
          break;
        case "previous":
          if (positionMs() > RESTART_AFTER_MS || queue.history.length === 0) seek(0);
          else move(goBack(queue));
          break;
        case "skip_to":
          move(skipTo(queue, wish.uid));
          break;
        case "edit":
          queue = editQueue(queue, wish.edit);
          onChange();
          break;
        case "retry":
          begin(queue, positionMs(), true);
          break;
      }
    },
    whenSilent(run) {
      if (wants) {
        timeline.after(0, run);
        return;
      }
      awaitSilence.push(run);
      timeline.after(Math.max(0, heardUntilUs - timeline.nowUs) + late(), () => {
        if (!awaitSilence.includes(run)) return;
        awaitSilence = awaitSilence.filter((each) => each !== run);
        run();
      });
    },
    cut() {
      finish();
      heardUntilUs = 0;
      awaitSilence = [];
      queue = EMPTY_QUEUE;
    },
    view: (toLocalMs) => ({
      queue,
      context: null,
      wantsSound: wants,
      settled: wants === moving,
      positionMs: positionMs(),
      atMs: toLocalMs(timeline.nowUs),
      durationMs: ITEM_MS,
      playing: moving,
      errorCode: null,
    }),
  };
}
