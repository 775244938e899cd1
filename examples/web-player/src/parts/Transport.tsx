import { useClient, usePlayerState } from "../state/client";
import { useUi } from "../state/ui";
import { IconButton } from "./bits";

const NEXT_REPEAT = { off: "context", context: "track", track: "off" } as const;
const REPEAT_LABEL = { off: "Repeat", context: "Repeat all", track: "Repeat one" } as const;

/** Shuffle, previous, play, next, repeat. */
export function Transport() {
  const { player } = useClient();
  const { act } = useUi();
  const state = usePlayerState();
  const on = state.status === "playing" || state.status === "buffering" || state.status === "loading";
  const nothing = state.current === null;
  return (
    <div className="transport" role="group" aria-label="Playback">
      <IconButton
        icon="shuffle"
        label="Shuffle"
        keys="S"
        pressed={state.shuffle}
        className="toggle"
        onClick={() => player.setShuffle(!state.shuffle)}
      />
      <IconButton
        icon="previous"
        label="Previous"
        keys="Shift+ArrowLeft"
        disabled={!state.canPrevious}
        onClick={() => act(() => player.previous())}
      />
      <IconButton
        icon={on ? "pause" : "play"}
        label={on ? "Pause" : "Play"}
        keys="Space"
        className="play-button"
        disabled={nothing}
        onClick={() => act(() => player.toggle())}
      />
      <IconButton
        icon="next"
        label="Next"
        keys="Shift+ArrowRight"
        disabled={!state.canNext}
        onClick={() => act(() => player.next())}
      />
      <IconButton
        icon={state.repeat === "track" ? "repeatOne" : "repeat"}
        label={REPEAT_LABEL[state.repeat]}
        keys="R"
        pressed={state.repeat !== "off"}
        className="toggle"
        onClick={() => player.setRepeat(NEXT_REPEAT[state.repeat])}
      />
    </div>
  );
}
