import { usePlayCount } from "../state/play-counts";

/** How often a track was streamed by all listeners, as it is now. Nothing while nobody has. */
export function PlayCount({ trackId }: { trackId: string }) {
  const plays = usePlayCount(trackId);
  if (!plays) return null;
  return (
    <span className="plays" data-plays={plays}>
      {plays.toLocaleString("en")} {plays === 1 ? "play" : "plays"}
    </span>
  );
}
