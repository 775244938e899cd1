import type { Api, Player, PlayerState } from "../client";

/** Shows the current track to the system and obeys its media keys. Returns a function that ends it. */
export function attachMediaSession(player: Player, api: Pick<Api, "resolveUrl">): () => void {
  const session = globalThis.navigator?.mediaSession;
  if (!session || typeof MediaMetadata === "undefined") return () => undefined;
  let shown: string | null = null;

  const quietly = (task: Promise<void>) => void task.catch(() => undefined);
  const handlers: Partial<Record<MediaSessionAction, MediaSessionActionHandler>> = {
    play: () => quietly(player.play()),
    pause: () => player.pause(),
    stop: () => player.pause(),
    nexttrack: () => quietly(player.next()),
    previoustrack: () => quietly(player.previous()),
    seekto: ({ seekTime }) => seek((seekTime ?? 0) * 1000),
    seekbackward: ({ seekOffset }) => seek(player.positionMs() - (seekOffset ?? 10) * 1000),
    seekforward: ({ seekOffset }) => seek(player.positionMs() + (seekOffset ?? 10) * 1000),
  };
  const seek = (ms: number) => player.seek(Math.max(0, Math.min(ms, player.state.durationMs)));

  function show(state: PlayerState): void {
    const entry = state.current;
    session.playbackState = entry === null ? "none" : state.status === "playing" ? "playing" : "paused";
    if ((entry?.uid ?? null) !== shown) {
      shown = entry?.uid ?? null;
      session.metadata = entry ? metadataOf(entry.track, api) : null;
    }
    if (!entry || !(state.durationMs > 0)) return;
    const position = Math.max(0, Math.min(state.positionMs, state.durationMs)) / 1000;
    session.setPositionState?.({ duration: state.durationMs / 1000, position, playbackRate: 1 });
  }

  for (const [action, handler] of Object.entries(handlers)) setHandler(session, action, handler);
  const stop = player.on("state", show);
  show(player.state);
  return () => {
    stop();
    for (const action of Object.keys(handlers)) setHandler(session, action, null);
    session.metadata = null;
    session.playbackState = "none";
  };
}

function metadataOf(
  track: NonNullable<PlayerState["current"]>["track"],
  api: Pick<Api, "resolveUrl">,
): MediaMetadata {
  const image = track.album.imageUrl;
  return new MediaMetadata({
    title: track.title,
    artist: track.artists.map((artist) => artist.name).join(", "),
    album: track.album.title,
    artwork: image ? [{ src: api.resolveUrl(image) }] : [],
  });
}

function setHandler(session: MediaSession, action: string, handler: MediaSessionActionHandler | null): void {
  try {
    session.setActionHandler(action as MediaSessionAction, handler);
  } catch {
    // The browser does not know this action.
  }
}
