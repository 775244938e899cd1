import type { RefusalReason } from "../catalog/availability";
import type { Codec as AudioCodec, Plan } from "../catalog/types";
import { Codec as CodecMessage, Plan as PlanMessage } from "../gen/proto/segue/common/v1alpha1/common_pb";
import { RefusalReason as ReasonMessage } from "../gen/proto/segue/playback/v1alpha1/playback_pb";
import { Violation } from "./checks";

const CODECS: Readonly<Record<AudioCodec, CodecMessage>> = {
  vorbis: CodecMessage.VORBIS,
  aac: CodecMessage.AAC,
};

const PLANS: Readonly<Record<Plan, PlanMessage>> = {
  free: PlanMessage.FREE,
  premium: PlanMessage.PREMIUM,
};

const REASONS: Readonly<Record<RefusalReason, ReasonMessage>> = {
  unknown_track: ReasonMessage.UNKNOWN_TRACK,
  market: ReasonMessage.MARKET,
  not_yet_available: ReasonMessage.NOT_YET_AVAILABLE,
  no_longer_available: ReasonMessage.NO_LONGER_AVAILABLE,
  explicit: ReasonMessage.EXPLICIT,
  preparing: ReasonMessage.PREPARING,
  codec: ReasonMessage.CODEC,
  plan: ReasonMessage.PLAN,
  media_failed: ReasonMessage.MEDIA_FAILED,
};

function nameOf<K extends string>(table: Readonly<Record<K, number>>, value: number): K | undefined {
  return (Object.keys(table) as K[]).find((name) => table[name] === value);
}

export const codecToMessage = (codec: AudioCodec): CodecMessage => CODECS[codec];
export const planToMessage = (plan: Plan): PlanMessage => PLANS[plan];
export const reasonToMessage = (reason: RefusalReason): ReasonMessage => REASONS[reason];

export function codecFromMessage(value: CodecMessage, pointer: string): AudioCodec {
  const codec = nameOf(CODECS, value);
  if (codec === undefined) throw new Violation(pointer, "must be a known codec");
  return codec;
}

export function planFromMessage(value: PlanMessage, pointer: string): Plan {
  const plan = nameOf(PLANS, value);
  if (plan === undefined) throw new Violation(pointer, "must be a known plan");
  return plan;
}

/** A reason that this version does not know means "not playable, and waiting does not help". */
export function reasonFromMessage(value: ReasonMessage): RefusalReason {
  return nameOf(REASONS, value) ?? "media_failed";
}
