/** Why a file was not ingested. */
export type RejectReason =
  | "empty"
  | "too_large"
  | "unreadable"
  | "not_audio"
  | "wrong_extension"
  | "corrupt"
  | "truncated"
  | "unsupported"
  | "needs_ffmpeg"
  | "too_long"
  | "too_short"
  | "channels"
  | "sample_rate"
  | "timeout"
  | "duplicate"
  | "failed";

/** What each reason means, for a person. */
export const REASONS: Readonly<Record<RejectReason, string>> = {
  empty: "The file has no bytes.",
  too_large: "The file is larger than a master may be.",
  unreadable: "The file cannot be read.",
  not_audio: "The content is not audio of a known format.",
  wrong_extension: "The content is not what the file's extension says.",
  corrupt: "The audio data is damaged.",
  truncated: "The audio data ends early.",
  unsupported: "The format's variant is not supported.",
  needs_ffmpeg: "The format needs ffmpeg, which is not installed.",
  too_long: "The audio is longer than a track may be.",
  too_short: "The audio is too short to be a track.",
  channels: "The number of channels is out of bounds.",
  sample_rate: "The sample rate is out of bounds.",
  timeout: "The file took too long.",
  duplicate: "The same audio is already in the catalog.",
  failed: "The file could not be processed.",
};

/** A master that cannot be ingested; everything else goes on. */
export class MasterRejected extends Error {
  override readonly name = "MasterRejected";
  constructor(
    readonly reason: RejectReason,
    readonly detail?: string,
  ) {
    super(detail ? `${REASONS[reason]} ${detail}` : REASONS[reason]);
  }
}

/** The sentence that tells a person what `reason` means. */
export function describeReason(reason: RejectReason): string {
  return REASONS[reason];
}
