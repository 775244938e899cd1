/** Makes this device's player follow the session, and the session know what the player does. */
import {
  acted,
  type ConnectClient,
  type Followed,
  follow,
  joined,
  type Milliseconds,
  maySound,
  NOT_FOLLOWED,
  type QueueState,
  type SessionState,
  silenced,
  type Wish,
} from "@segue/core";
import type { PlayContext } from "../client";
import type { PlayerDriver } from "../player/player";
import type { WishObserver } from "../player/wishes";
import type { Clock } from "../ports/clock";
import { commandsOf, playContextOf, sessionOf, type Told } from "./local-wishes";
import { factsOf, isSettled } from "./player-facts";
import type { Runtime } from "./runtime";
import type { TrackLibrary } from "./track-library";

export interface FollowerOptions {
  readonly player: PlayerDriver;
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly library: TrackLibrary;
  readonly maxContext: number;
}

export interface Follower extends WishObserver {
  /** The session, or this device's right, has changed. */
  onChange(): void;
  onSilence(): void;
  onVolume(volume: number, seq: number): void;
  close(): void;
}

/** Sliders move often; the session is told this often. */
const COALESCE_MS: Milliseconds = 150;

export const itemsOf = (queue: QueueState) => [
  ...queue.context,
  ...queue.upNext,
  ...queue.history,
  ...(queue.current ? [queue.current] : []),
];

export const contextOf = ({ context }: SessionState): PlayContext | null => context;

export function createFollower(options: FollowerOptions): Follower {
  const { player, runtime, clock, library } = options;
  let followed: Followed = NOT_FOLLOWED;
  /** Version that the output shows. */
  let shown = 0;
  /** Counts orders: tracks that arrive for an old one are of no use. */
  let orders = 0;
  let adopting = false;
  let volumeSeq = 0;
  let seeking: { readonly told: Told; readonly cancel: () => void } | null = null;
  let cancelVolume: (() => void) | null = null;
  let silencing = false;
  let closed = false;
  let wasUp = false;
  /** The queue that is to become the session's while it plays on here. */
  let joining: QueueState | null = null;

  const wants = () => player.driver.state.wantsSound;
  const isUp = (state: ConnectClient) => state.link === "up" && state.session !== null;

  function report(): void {
    if (adopting) return;
    if (isSettled(player.driver.state)) shown = followed.version;
    runtime.facts(factsOf(player.driver, shown));
  }

  function followSession(): void {
    if (joining !== null && arrive(joining)) return;
    const step = follow(runtime.state, followed, player.driver.state.queue, clock.monotonicMs());
    followed = step.followed;
    const { order } = step;
    if (order.type === "stay") {
      if (!adopting && shown !== followed.version && maySound(runtime.state)) report();
      return;
    }
    if (runtime.state.diverged) runtime.followed();
    if (order.type === "go") return void go(order.queue, order.positionMs, order.play);
    // A player that is about to go somewhere takes the newest wish when it gets there.
    if (adopting) return;
    if (order.queue) {
      const { queue } = order;
      const mine = ++orders;
      void library.ensure(itemsOf(queue)).then(() => mine === orders && adopt(queue, null, wants()));
    }
    if (order.play === true) void player.driver.dispatch({ type: "play" });
    if (order.play === false) player.driver.dispatch({ type: "pause" });
    report();
  }

  /** Goes to a position of the session's current item once its tracks are known. */
  async function go(queue: QueueState, positionMs: Milliseconds, play: boolean): Promise<void> {
    const mine = ++orders;
    if (!itemsOf(queue).every(({ uid }) => player.knows(uid))) {
      adopting = true;
      await library.ensure(itemsOf(queue));
      if (mine !== orders) return;
      adopting = false;
      const { session } = runtime.state;
      if (session === null || !maySound(runtime.state)) return;
      // What changed while the tracks were read holds.
      adopt(session.queue, positionMs, session.wantPlaying);
    } else adopt(queue, positionMs, play);
    report();
  }

  function adopt(queue: QueueState, startMs: Milliseconds | null, play: boolean): void {
    const { session } = runtime.state;
    player.adopt({ queue, context: session && contextOf(session), trackOf: library.of, startMs, play });
  }

  /**
   * Who began to play before there was a connection meant to play here: the music becomes the session's. In a session
   * that is free it plays on meanwhile; where another device is active it is silent until that one has stopped.
   */
  function meet(state: ConnectClient): void {
    const { session, right, heldEpoch } = state;
    const { queue } = player.driver.state;
    if (!session || right !== "none" || heldEpoch !== 0 || !wants() || queue.current === null) return;
    const told = sessionOf(queue, player.state.context, options.maxContext, state.me.deviceId);
    const positionMs = Math.max(0, Math.round(player.positionMs()));
    const free = session.activeDeviceId === null && session.transfer === null;
    if (free) joining = queue;
    else player.silence();
    runtime.command({ ...told.play, positionMs }).then(
      () => {
        for (const { action } of told.rest) runtime.tell(action);
      },
      () => {
        joining = null;
      },
    );
  }

  /** Whether the player's own music is the session's now: nothing of it is interrupted. */
  function arrive(queue: QueueState): boolean {
    const own = player.driver.state.queue;
    const arrived = joined(runtime.state, own);
    if (arrived === null) return false;
    joining = null;
    // What was changed on the way was told to nobody: the session's word holds.
    if (own.context !== queue.context || own.order !== queue.order) return false;
    followed = { ...arrived.followed, wantPlaying: wants() };
    adopt(arrived.queue, null, wants());
    if (wants() !== arrived.followed.wantPlaying) runtime.tell({ type: wants() ? "play" : "pause" });
    report();
    return true;
  }

  const stopListening = player.on("state", report);

  return {
    maxContext: options.maxContext,
    onChange() {
      const { state } = runtime;
      if (state.session) void library.ensure(itemsOf(state.session.queue));
      if (isUp(state) && !wasUp) meet(state);
      wasUp = isUp(state);
      followSession();
    },
    onSilence() {
      orders += 1;
      adopting = false;
      player.silence();
      if (silencing) return;
      silencing = true;
      // Sound is on its way to the ear for a moment longer.
      void player.whenSilent().then(() => {
        silencing = false;
        if (closed) return;
        // The right may be back by then, and the player sounds by it.
        if (!maySound(runtime.state)) followed = silenced(followed);
        runtime.silent(factsOf(player.driver, shown));
      });
    },
    onVolume(volume, seq) {
      volumeSeq = seq;
      player.setVolume(volume);
      runtime.volume(volume, seq);
    },
    take(wish, context) {
      const { state } = runtime;
      // Without a connection the player goes on by itself; a device with the right carries it out and tells.
      if (!isUp(state) || state.right !== "none") return null;
      return takeOver(wish, context);
    },
    did(wish, before, after, context) {
      followed = acted(followed, after.wantsSound);
      if (runtime.state.heldEpoch === 0) return;
      if (wish.type !== "seek") flushSeek();
      for (const told of commandsOf(wish, before, after, context)) {
        if (wish.type === "seek") tellSeek(told);
        else runtime.tell(told.action, { ifItemUid: told.ifItemUid });
      }
      report();
    },
    volumeChanged(volume) {
      cancelVolume?.();
      cancelVolume = clock.after(COALESCE_MS, () => {
        cancelVolume = null;
        runtime.volume(volume, volumeSeq);
      });
    },
    close() {
      closed = true;
      stopListening();
      for (const cancel of [cancelVolume, seeking?.cancel]) cancel?.();
    },
  };

  async function takeOver(wish: Wish, context: PlayContext | null): Promise<void> {
    const { session, me } = runtime.state;
    if (wish.type === "load") {
      await runtime.command(playContextOf(wish, context, me.deviceId));
      return;
    }
    const own = player.driver.state.queue;
    const queue = session?.queue;
    if (queue && (queue.current !== null || queue.order.length > 0)) {
      await runtime.command({ type: "transfer", toDeviceId: me.deviceId, force: false, play: true });
    } else if (own.current !== null) {
      await runtime.command(
        playContextOf(
          {
            type: "load",
            items: own.context.length > 0 ? own.context : [own.current],
            startIndex: own.index,
            shuffle: false,
            seed: 0,
          },
          context,
          me.deviceId,
        ),
      );
    }
    if (wish.type === "play" || wish.type === "retry") return;
    const before = player.driver.state;
    player.driver.dispatch(wish);
    for (const told of commandsOf(wish, before, player.driver.state, context))
      runtime.tell(told.action, { ifItemUid: told.ifItemUid });
  }

  /** Of many seeks in a row the last one is told. */
  function tellSeek(told: Told): void {
    seeking?.cancel();
    seeking = { told, cancel: clock.after(COALESCE_MS, flushSeek) };
  }

  function flushSeek(): void {
    if (seeking === null) return;
    const { told, cancel } = seeking;
    cancel();
    seeking = null;
    runtime.tell(told.action, { ifItemUid: told.ifItemUid });
  }
}
