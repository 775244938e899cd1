/** What a session is told of this device's player. */
import { framesToMs, type PlaybackState, type PlayerFacts } from "@segue/core";
import type { Driver } from "../player/driver";

/** Whether the player shows what it was asked for, as far as it can. */
export function isSettled({ wantsSound, phase }: PlaybackState): boolean {
  return !wantsSound || !(phase === "loading" || phase === "buffering" || phase === "preparing");
}

const FAILED: Partial<Record<PlaybackState["phase"], string>> = {
  refused: "not_granted",
  blocked: "output_blocked",
};

export function factsOf({ state, positionAtMs }: Driver, appliedVersion: number): PlayerFacts {
  const { queue, phase, wantsSound, passes, frame, startMs } = state;
  const facts = passes[0]?.facts;
  const positionMs = startMs ?? (facts ? framesToMs(frame, facts.sampleRateHz) : 0);
  return {
    itemUid: queue.current?.uid ?? null,
    positionMs,
    atMs: positionAtMs,
    durationMs: facts ? framesToMs(facts.totalFrames, facts.sampleRateHz) : 0,
    playing: phase === "playing" && wantsSound,
    buffering: !isSettled(state),
    ended: queue.current === null,
    errorCode: FAILED[phase] ?? state.error,
    appliedVersion,
  };
}
