/** This device's player as core drives it in a session: what it is now, and what it is told to do. */
import {
  type DeviceEvent,
  framesToMs,
  type PlaybackState,
  type PlayerEffect,
  type PlayerView,
  type QueueItem,
} from "@segue/core";
import type { PlayerDriver } from "../player/player";
import type { TrackLibrary } from "./track-library";

/** What comes of an effect: at once or later. */
export type PlayerAnswer = Extract<DeviceEvent, { type: "read" | "silent" | "did" | "player" }>;

export interface FollowedPlayer {
  view(): PlayerView;
  run(effect: PlayerEffect, answer: (input: PlayerAnswer) => void): void;
  /** Calls back whenever the player has changed. Returns a function that stops it. */
  onChange(changed: () => void): () => void;
  /** Reads the tracks of `items` in the background. */
  learn(items: readonly QueueItem[]): void;
}

const FAILED: Partial<Record<PlaybackState["phase"], string>> = {
  refused: "not_granted",
  blocked: "output_blocked",
};

/** Whether the player shows what it was asked for, as far as it can. */
const isSettled = ({ wantsSound, phase }: PlaybackState): boolean =>
  !wantsSound || !(phase === "loading" || phase === "buffering" || phase === "preparing");

export function createFollowedPlayer(player: PlayerDriver, library: TrackLibrary): FollowedPlayer {
  const { driver } = player;
  return {
    view() {
      const { state, positionAtMs } = driver;
      const { queue, phase, wantsSound, passes, frame, startMs, error } = state;
      const facts = passes[0]?.facts;
      return {
        queue,
        context: player.state.context,
        wantsSound,
        settled: isSettled(state),
        positionMs: startMs ?? (facts ? framesToMs(frame, facts.sampleRateHz) : 0),
        atMs: positionAtMs,
        durationMs: facts ? framesToMs(facts.totalFrames, facts.sampleRateHz) : 0,
        playing: phase === "playing" && wantsSound,
        errorCode: FAILED[phase] ?? error,
      };
    },
    run(effect, answer) {
      switch (effect.type) {
        case "read": {
          const { order, items } = effect;
          const read = () => answer({ type: "read", order });
          if (items.every(({ uid }) => player.knows(uid))) read();
          else void library.ensure(items).then(read);
          break;
        }
        case "adopt":
          player.adopt({ ...effect, trackOf: library.of });
          break;
        case "play":
        case "pause":
          driver.dispatch({ type: effect.type });
          break;
        case "silence":
          player.silence();
          // Sound is on its way to the ear for a moment longer.
          void player.whenSilent().then(() => answer({ type: "silent", order: effect.order }));
          break;
        case "carry_out": {
          const fromUid = driver.state.queue.current?.uid ?? null;
          driver.dispatch(effect.wish);
          answer({ type: "did", wish: effect.wish, fromUid, context: null });
          break;
        }
        case "set_volume":
          player.setVolume(effect.volume);
          break;
      }
      answer({ type: "player" });
    },
    onChange: (changed) => player.on("state", changed),
    learn: (items) => void library.ensure(items),
  };
}
