import { ERROR_TABLE, type PlayerState } from "@segue/client-sdk";
import { useClient, usePlayerState } from "../state/client";
import { useUi } from "../state/ui";

interface Strip {
  readonly tone: "info" | "error";
  readonly title: string;
  readonly text: string;
  readonly action: "play" | "retry" | "next" | null;
}

/** What the listener should know about the current track, and the one thing to do about it. */
export function stripFor(state: PlayerState): Strip | null {
  const { status, error, refusal } = state;
  if (status === "blocked") {
    return {
      tone: "info",
      title: "Sound is waiting for you",
      text: "Your browser starts sound only after a click.",
      action: "play",
    };
  }
  if (status === "preparing") {
    return {
      tone: "info",
      title: "This track is being prepared",
      text: "It starts by itself as soon as it is ready.",
      action: state.canNext ? "next" : null,
    };
  }
  if (status === "refused") {
    const text = refusal?.message ?? "The service refused this track.";
    return {
      tone: "error",
      title: "This track cannot be played",
      text,
      action: state.canNext ? "next" : "retry",
    };
  }
  if (status === "expired") {
    return {
      tone: "error",
      title: "The license has run out",
      text: error?.remedy ?? "Go online to renew it.",
      action: "retry",
    };
  }
  if (status === "failed") {
    const title = error ? ERROR_TABLE[error.code].title : "The track stopped.";
    return { tone: "error", title, text: error?.remedy ?? "Try again.", action: "retry" };
  }
  return null;
}

const LABEL = { play: "Start the sound", retry: "Try again", next: "Next track" } as const;

export function StatusStrip() {
  const { player } = useClient();
  const { act } = useUi();
  const strip = stripFor(usePlayerState());
  const run = () =>
    act(() =>
      strip?.action === "play" ? player.play() : strip?.action === "next" ? player.next() : player.retry(),
    );
  return (
    <div className="strip-place" role="status">
      {strip && (
        <div className="strip" data-tone={strip.tone}>
          <p>
            <strong>{strip.title}</strong> <span>{strip.text}</span>
          </p>
          {strip.action && (
            <button type="button" className="button button-small" onClick={run}>
              {LABEL[strip.action]}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
