import { useEffect } from "react";
import { useClient } from "./client";
import { useUi } from "./ui";

/** Every shortcut, as the help shows it. */
export const SHORTCUTS: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ["Space"], does: "Play or pause" },
  { keys: ["←", "→"], does: "Back or forward 5 seconds" },
  { keys: ["Shift", "←"], does: "Previous track" },
  { keys: ["Shift", "→"], does: "Next track" },
  { keys: ["Shift", "↑"], does: "Louder" },
  { keys: ["Shift", "↓"], does: "Quieter" },
  { keys: ["M"], does: "Mute" },
  { keys: ["S"], does: "Shuffle" },
  { keys: ["R"], does: "Repeat: off, all, one" },
  { keys: ["Q"], does: "Queue" },
  { keys: ["D"], does: "Devices" },
  { keys: ["I"], does: "Inspector" },
  { keys: ["H"], does: "Home" },
  { keys: ["↑", "↓"], does: "Move in a list of tracks" },
  { keys: ["Enter"], does: "Play the selected track" },
  { keys: ["Alt", "↑"], does: "Move a track up in the queue" },
  { keys: ["Alt", "↓"], does: "Move a track down in the queue" },
  { keys: ["?"], does: "This help" },
  { keys: ["Esc"], does: "Close what is open" },
];

const SEEK_MS = 5_000;
let before = 0.8;

export function useShortcuts(): void {
  const { player } = useClient();
  const ui = useUi();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (
        target.closest(
          "input:not([type=range]), textarea, select, [contenteditable], dialog[open], [role=menu]",
        )
      )
        return;
      const { state } = player;
      const louder = (by: number) => player.setVolume(Math.min(1, Math.max(0, state.volume + by)));
      const seek = (by: number) => {
        if (state.current) player.seek(Math.min(state.durationMs, Math.max(0, player.positionMs() + by)));
      };
      const onRange = target.matches("input[type=range]");
      const run = (): boolean => {
        if (event.shiftKey) {
          if (event.key === "ArrowLeft") ui.act(() => player.previous());
          else if (event.key === "ArrowRight") ui.act(() => player.next());
          else if (event.key === "ArrowUp") louder(0.05);
          else if (event.key === "ArrowDown") louder(-0.05);
          else if (event.key === "?") ui.setHelp(true);
          else return false;
          return true;
        }
        if (event.key === "ArrowLeft" && !onRange) seek(-SEEK_MS);
        else if (event.key === "ArrowRight" && !onRange) seek(SEEK_MS);
        else if (event.key === "Escape" && ui.panel) ui.closePanel();
        else if (event.key === " ") {
          if (target.closest("button, a, [role=button]")) return false;
          ui.act(() => player.toggle());
        } else if (ui.shortcuts) return single(event.key.toLowerCase());
        else return false;
        return true;
      };
      const single = (key: string): boolean => {
        if (key === "m") {
          if (state.volume > 0) before = state.volume;
          player.setVolume(state.volume > 0 ? 0 : before);
        } else if (key === "s") player.setShuffle(!state.shuffle);
        else if (key === "r") {
          player.setRepeat(state.repeat === "off" ? "context" : state.repeat === "context" ? "track" : "off");
        } else if (key === "q") ui.togglePanel("queue");
        else if (key === "d") ui.togglePanel("devices");
        else if (key === "i") ui.togglePanel("inspector");
        else if (key === "h") window.location.hash = "#/";
        else if (key === "?") ui.setHelp(true);
        else return false;
        return true;
      };
      if (run()) event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [player, ui]);
}
