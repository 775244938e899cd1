/** A server around the sequencer: durable before it sends, and it may die between the two. */
import type { ClientFrame } from "../../connect/frames";
import { HEARTBEAT_MS, LEASE_MS, PLAYING_HEARTBEAT_MS } from "../../connect/limits";
import { durableOf, newSession, restoreSession } from "../../connect/sequencer/durable";
import type {
  DurableSession,
  Sequencer,
  SequencerInput,
  SequencerStep,
  StoredResult,
} from "../../connect/sequencer/state";
import { nextTickUs, stepSequencer } from "../../connect/sequencer/step";
import type { Microseconds } from "../../connect/types";
import type { Connection } from "./network";
import type { Random } from "./random";
import type { Timeline } from "./timeline";

export interface ModelServer {
  readonly up: boolean;
  readonly state: Sequencer | null;
  readonly clockId: string;
  nowUs(): Microseconds;
  opened(connection: Connection): void;
  frame(connection: Connection, frame: ClientFrame): void;
  closed(connection: Connection): void;
  /** Dies; `torn` means right after the next change became durable, before anything of it is sent. */
  crash(torn: boolean): void;
  restart(): void;
  goAway(): void;
}

interface Options {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly onStep: (before: Sequencer, input: SequencerInput, step: SequencerStep) => void;
  readonly onRestore: () => void;
  readonly onDeath: () => void;
}

/** Server clocks begin anywhere and run a little fast or slow. */
export function createModelServer({ timeline, random, onStep, onRestore, onDeath }: Options): ModelServer {
  const drift = 1 + random.between(-200, 200) / 1e6;
  const wallOffsetMs = 1_700_000_000_000;
  let state: Sequencer | null = newSession("session");
  let saved: { durable: DurableSession; results: ReadonlyMap<string, StoredResult> } | null = null;
  let run = 1;
  let tornNext = false;
  let tickAtUs = Number.POSITIVE_INFINITY;
  const connections = new Map<string, Connection>();
  const openedUs = new Map<string, Microseconds>();

  const nowUs = () => Math.round(1e15 + timeline.nowUs * drift);
  const at = () => ({ nowUs: nowUs(), wallMs: wallOffsetMs + timeline.nowUs / 1000 });

  function step(input: SequencerInput): void {
    if (state === null) return;
    const before = state;
    const done = stepSequencer(before, input);
    state = done.state;
    saved = { durable: durableOf(state), results: state.results };
    if (tornNext && state.stamp.version > before.stamp.version) {
      onStep(before, input, { ...done, effects: [] });
      die();
      return;
    }
    onStep(before, input, done);
    for (const effect of done.effects) {
      if (effect.type === "close") connections.get(effect.connectionId)?.close("server", effect.code);
      else if (effect.type === "send") deliver(effect.connectionId, effect.frame);
      else
        for (const link of state.links.values())
          if (link.connectionId !== effect.except) deliver(link.connectionId, effect.frame);
    }
    schedule();
  }

  function deliver(
    id: string,
    frame: Extract<SequencerStep["effects"][number], { type: "send" }>["frame"],
  ): void {
    const connection = connections.get(id);
    if (!connection) return;
    if (frame.type !== "welcome") {
      connection.toClient(frame);
      return;
    }
    connection.toClient({
      ...frame,
      connectionId: id,
      heartbeatMs: HEARTBEAT_MS,
      playingHeartbeatMs: PLAYING_HEARTBEAT_MS,
      serverTimeUs: nowUs(),
      clockId: `run ${run}`,
      leaseMs: LEASE_MS,
      maxFrameBytes: 65_536,
    });
  }

  function schedule(): void {
    if (state === null) return;
    const dueUs = nextTickUs(state);
    if (!Number.isFinite(dueUs) || dueUs >= tickAtUs) return;
    tickAtUs = dueUs;
    const mine = run;
    timeline.after(Math.max(0, (dueUs - nowUs()) / drift) + random.between(1, 5_000), () => {
      if (mine !== run || state === null) return;
      tickAtUs = Number.POSITIVE_INFINITY;
      step({ type: "tick", ...at() });
      schedule();
    });
  }

  function die(): void {
    state = null;
    tornNext = false;
    tickAtUs = Number.POSITIVE_INFINITY;
    run += 1;
    connections.clear();
    onDeath();
  }

  return {
    get up() {
      return state !== null;
    },
    get state() {
      return state;
    },
    get clockId() {
      return `run ${run}`;
    },
    nowUs,
    opened(connection) {
      connections.set(connection.id, connection);
      openedUs.set(connection.id, nowUs());
    },
    frame(connection, frame) {
      if (state === null || !connections.has(connection.id)) return;
      const receivedUs = nowUs();
      switch (frame.type) {
        case "hello":
          step({
            type: "connect",
            ...at(),
            connectionId: connection.id,
            openedUs: openedUs.get(connection.id)!,
            info: frame.device,
            volume: frame.volume,
            resume: frame.resume,
          });
          break;
        case "beat":
          step({ type: "beat", ...at(), connectionId: connection.id, clientSentUs: frame.clientSentUs });
          connection.toClient({
            type: "beat_ack",
            clientSentUs: frame.clientSentUs,
            serverReceivedUs: receivedUs,
            serverSentUs: nowUs(),
          });
          break;
        case "auth_renewal":
          break;
        default:
          step({ type: "frame", ...at(), connectionId: connection.id, frame });
      }
    },
    closed(connection) {
      if (!connections.delete(connection.id)) return;
      step({ type: "disconnect", ...at(), connectionId: connection.id });
    },
    crash(torn) {
      if (state === null) return;
      if (torn) tornNext = true;
      else die();
    },
    restart() {
      tornNext = false;
      if (state !== null) return;
      state = saved ? restoreSession(saved.durable, saved.results, at()) : newSession("session");
      onRestore();
      schedule();
    },
    goAway() {
      for (const connection of connections.values())
        connection.toClient({ type: "go_away", reconnectMinMs: 0, reconnectMaxMs: 2_000 });
    },
  };
}
