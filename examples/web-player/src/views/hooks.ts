import { useEffect } from "react";
import { usePlayer } from "../state/client";

/** Whether the album, artist or playlist `id` is what plays. */
export function useContextPlaying(id: string): "no" | "paused" | "yes" {
  return usePlayer((state) => {
    if (state.context?.id !== id || !state.current) return "no";
    return state.status === "playing" || state.status === "buffering" || state.status === "loading"
      ? "yes"
      : "paused";
  });
}

/** Names the page after what sounds, else after what is shown. */
export function useTitle(view: string | null): void {
  const sounding = usePlayer((state) =>
    state.status === "playing" && state.current
      ? `${state.current.track.title} · ${state.current.track.artists.map((a) => a.name).join(", ")}`
      : null,
  );
  useEffect(() => {
    document.title = sounding ?? (view ? `${view} · Segue` : "Segue");
  }, [sounding, view]);
}
