import { useEffect, useRef } from "react";
import { clockTime, spokenTime } from "../lib/format";
import { useClient, usePlayer } from "../state/client";
import { VolumeSlider } from "./VolumeSlider";

/** Seek slider. The position is written past React, once per frame at most. */
export function Seek({
  elapsedRef,
  remainRef,
}: {
  elapsedRef?: React.RefObject<HTMLElement | null>;
  remainRef?: React.RefObject<HTMLElement | null>;
}) {
  const { player } = useClient();
  const input = useRef<HTMLInputElement>(null);
  const dragging = useRef(false);
  const durationMs = usePlayer((state) => state.durationMs);
  const active = usePlayer((state) => state.current !== null);
  const moving = usePlayer((state) => state.status === "playing");
  const uid = usePlayer((state) => state.current?.uid ?? null);
  const buffering = usePlayer((state) => state.status === "buffering" || state.status === "loading");

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new item draws at once.
  useEffect(() => {
    const element = input.current;
    if (!element) return;
    let frame = 0;
    let second = -1;
    const draw = () => {
      const { state } = player;
      const ms = dragging.current ? Number(element.value) : Math.min(player.positionMs(), state.durationMs);
      const total = Math.max(1, state.durationMs);
      if (!dragging.current) element.value = String(Math.round(ms));
      element.style.setProperty("--played", String(ms / total));
      element.style.setProperty("--buffered", String(Math.min(1, (ms + state.bufferedMs) / total)));
      const now = Math.floor(ms / 1000);
      if (now !== second) {
        second = now;
        if (elapsedRef?.current) elapsedRef.current.textContent = clockTime(ms);
        if (remainRef?.current) remainRef.current.textContent = clockTime(state.durationMs);
        element.setAttribute("aria-valuetext", `${spokenTime(ms)} of ${spokenTime(state.durationMs)}`);
      }
    };
    const loop = () => {
      draw();
      frame = requestAnimationFrame(loop);
    };
    draw();
    if (moving) frame = requestAnimationFrame(loop);
    const off = player.on("state", draw);
    const onInput = () => {
      dragging.current = true;
      draw();
    };
    const onChange = () => {
      dragging.current = false;
      player.seek(Number(element.value));
      draw();
    };
    // React's onChange fires on every move; the seek belongs to the end of it.
    element.addEventListener("input", onInput);
    element.addEventListener("change", onChange);
    return () => {
      cancelAnimationFrame(frame);
      off();
      element.removeEventListener("input", onInput);
      element.removeEventListener("change", onChange);
    };
  }, [player, moving, uid, durationMs, elapsedRef, remainRef]);

  return (
    <input
      ref={input}
      className={buffering ? "slider seek is-buffering" : "slider seek"}
      type="range"
      min={0}
      max={Math.max(1, Math.round(durationMs))}
      step={1000}
      defaultValue={0}
      disabled={!active}
      aria-label="Position"
    />
  );
}

export function Volume() {
  const { player } = useClient();
  const volume = usePlayer((state) => state.volume);
  return <VolumeSlider volume={volume} label="Volume" onVolume={(wanted) => player.setVolume(wanted)} />;
}
