/** Names of Connect's enums. Values that this version does not know become the unspecified one's meaning. */
import type { LapsePolicy, Outcome } from "../connect/types";
import * as gen from "../gen/proto/segue/connect/v1alpha1/connect_pb";
import type { QueueItem, RepeatMode } from "../queue/queue";

const OUTCOMES: Readonly<Record<Outcome, gen.Outcome>> = {
  applied: gen.Outcome.APPLIED,
  noop: gen.Outcome.NOOP,
  restricted: gen.Outcome.RESTRICTED,
  conflict: gen.Outcome.CONFLICT,
  stale_epoch: gen.Outcome.STALE_EPOCH,
  device_unreachable: gen.Outcome.DEVICE_UNREACHABLE,
  timed_out: gen.Outcome.TIMED_OUT,
  rate_limited: gen.Outcome.RATE_LIMITED,
  unauthenticated: gen.Outcome.UNAUTHENTICATED,
  unsupported: gen.Outcome.UNSUPPORTED,
  device_unknown: gen.Outcome.DEVICE_UNKNOWN,
};
const REPEATS: Readonly<Record<RepeatMode, gen.RepeatMode>> = {
  off: gen.RepeatMode.OFF,
  context: gen.RepeatMode.CONTEXT,
  track: gen.RepeatMode.TRACK,
};

export const outcomeToMessage = (outcome: Outcome): gen.Outcome => OUTCOMES[outcome];
/** An outcome that this version does not know means that the command was not carried out. */
export const outcomeFromMessage = (value: gen.Outcome): Outcome =>
  (Object.keys(OUTCOMES) as Outcome[]).find((name) => OUTCOMES[name] === value) ?? "unsupported";

export const repeatToMessage = (mode: RepeatMode | null): gen.RepeatMode =>
  mode === null ? gen.RepeatMode.UNSPECIFIED : REPEATS[mode];
export const repeatFromMessage = (value: gen.RepeatMode): RepeatMode | null =>
  (Object.keys(REPEATS) as RepeatMode[]).find((name) => REPEATS[name] === value) ?? null;

export const policyToMessage = (policy: LapsePolicy): gen.LapsePolicy =>
  policy === "continue" ? gen.LapsePolicy.CONTINUE : gen.LapsePolicy.STRICT;
export const policyFromMessage = (value: gen.LapsePolicy): LapsePolicy =>
  value === gen.LapsePolicy.CONTINUE ? "continue" : "strict";

export const sourceToMessage = (source: QueueItem["source"]): gen.ItemSource =>
  source === "up_next" ? gen.ItemSource.UP_NEXT : gen.ItemSource.CONTEXT;
export const sourceFromMessage = (value: gen.ItemSource): QueueItem["source"] =>
  value === gen.ItemSource.UP_NEXT ? "up_next" : "context";
