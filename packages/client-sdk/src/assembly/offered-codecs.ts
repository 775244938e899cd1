import { type Codec, SegueError } from "@segue/core";

/**
 * What to ask servers for: of `wanted`, in its order, what is `playable`; without `wanted` all that is.
 * @throws SegueError `codec_unsupported` when nothing is left
 */
export function offeredCodecs(
  playable: readonly Codec[],
  wanted: readonly Codec[] = playable,
): readonly Codec[] {
  const offered = [...new Set(wanted)].filter((codec) => playable.includes(codec));
  if (offered.length > 0) return offered;
  throw new SegueError("codec_unsupported", { detail: `this device plays ${playable.join(" and ")}` });
}
