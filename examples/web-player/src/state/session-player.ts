import {
  type Connect,
  type ConnectState,
  type PlayContext,
  type Player,
  type PlayerEvents,
  type PlayerState,
  type SegueClient,
  SegueError,
  type Track,
} from "@segue/client-sdk";

/** Whether the music is on another device, or on its way to one. */
export function isElsewhere(state: ConnectState): boolean {
  if (state.status !== "online" || state.isActiveHere) return false;
  return (
    state.activeDeviceId !== null ||
    (state.transfer !== null && state.transfer.toDeviceId !== state.thisDeviceId)
  );
}

/** The name of the device that sounds or is about to; null while that is this one or none. */
export function whereElse({ activeDeviceId, devices, transfer }: ConnectState): string | null {
  const id = transfer?.toDeviceId ?? activeDeviceId;
  const device = devices.find((each) => each.id === id);
  return device && !device.isThis ? device.name : null;
}

function statusOf(state: ConnectState): PlayerState["status"] {
  if (state.current === null) return "idle";
  if (state.errorCode !== null) return "failed";
  if (!state.playing) return "paused";
  if (state.transfer !== null) return "loading";
  return state.buffering ? "buffering" : "playing";
}

/** The session as a player's state: what the bar and the queue show while another device sounds. */
function playerStateOf(state: ConnectState, connect: Connect, here: PlayerState): PlayerState {
  const active = state.devices.find(({ isActive }) => isActive);
  const status = statusOf(state);
  return {
    status,
    context: state.context,
    current: state.current,
    positionMs: connect.positionMs(),
    durationMs: state.durationMs || (state.current?.track.durationMs ?? 0),
    bufferedMs: 0,
    upNext: state.upNext,
    contextNext: state.contextNext,
    history: state.history,
    shuffle: state.shuffle,
    repeat: state.repeat,
    volume: active?.volume ?? 1,
    normalization: here.normalization,
    refusal: null,
    error: status === "failed" ? new SegueError("internal", { detail: state.errorCode ?? "" }) : null,
    canPrevious: state.current !== null,
    canNext: state.upNext.length + state.contextNext.length > 0,
  };
}

/** Most tracks that a session takes, and that one page of a list has. */
const MAX_TRACKS = 1_000;
const PAGE = 100;

/** A list's tracks, page by page, up to what a session takes. */
async function allTracks(
  read: (page: { readonly limit: number; readonly cursor?: string }) => Promise<{
    readonly items: readonly Track[];
    readonly nextCursor: string | null;
  }>,
): Promise<readonly Track[]> {
  const tracks: Track[] = [];
  for (let cursor: string | null = null; tracks.length < MAX_TRACKS; ) {
    const page = await read({ limit: PAGE, ...(cursor !== null && { cursor }) });
    tracks.push(...page.items);
    if (page.nextCursor === null || page.items.length === 0) break;
    cursor = page.nextCursor;
  }
  return tracks.slice(0, MAX_TRACKS);
}

/**
 * The player of the whole session: this browser's own while it sounds here or nowhere, and a remote control of the active device
 * otherwise. Views need not know where the music is.
 */
export function sessionPlayer(client: SegueClient, onFailure: (cause: unknown) => void): Player {
  const { api, connect, player: own } = client;
  const elsewhere = () => isElsewhere(connect.state);
  /** Wishes that have no promise of their own say it here when they fail. */
  const tell = (work: Promise<void>) => void work.catch(onFailure);
  const choose =
    <A extends unknown[]>(here: (...args: A) => void, there: (...args: A) => Promise<void>) =>
    (...args: A): void =>
      elsewhere() ? tell(there.apply(connect, args)) : here.apply(own, args);
  const ask =
    <A extends unknown[]>(here: (...args: A) => Promise<void>, there: (...args: A) => Promise<void>) =>
    (...args: A): Promise<void> =>
      elsewhere() ? there.apply(connect, args) : here.apply(own, args);

  let shown: { readonly of: ConnectState; readonly state: PlayerState } | null = null;
  const state = () => {
    if (!elsewhere()) return own.state;
    if (shown?.of !== connect.state)
      shown = { of: connect.state, state: playerStateOf(connect.state, connect, own.state) };
    return shown.state;
  };

  type Tracks = Parameters<Player["playContext"]>;
  const playThere = ([context, tracks, options]: Tracks) => connect.playContext(context, tracks, options);
  const playList = async (
    kind: PlayContext["kind"],
    list: Promise<{ readonly id: string; readonly title: string }>,
    tracks: Promise<readonly Track[]>,
    options: Tracks[2],
  ) => {
    const [{ id, title }, items] = await Promise.all([list, tracks]);
    await playThere([{ kind, id, title }, items, options]);
  };

  return {
    get state() {
      return state();
    },
    positionMs: () => (elsewhere() ? connect.positionMs() : own.positionMs()),
    on(event, listener) {
      if (event !== "state") return own.on(event, listener);
      const onState = listener as (...args: PlayerEvents["state"]) => void;
      const offOwn = own.on("state", () => onState(state()));
      const offSession = connect.on("state", () => onState(state()));
      return () => {
        offOwn();
        offSession();
      };
    },
    playContext: ask(own.playContext, (...given) => playThere(given)),
    playAlbum: ask(own.playAlbum, (id, options) =>
      playList(
        "album",
        api.album(id),
        allTracks((page) => api.albumTracks(id, page)),
        options,
      ),
    ),
    playPlaylist: ask(own.playPlaylist, (id, options) =>
      playList(
        "playlist",
        api.playlist(id),
        allTracks((page) => api.playlistTracks(id, page)),
        options,
      ),
    ),
    play: ask(own.play, connect.play),
    pause: choose(own.pause, connect.pause),
    toggle: ask(own.toggle, connect.toggle),
    seek: choose(own.seek, connect.seek),
    next: ask(own.next, connect.next),
    previous: ask(own.previous, connect.previous),
    skipTo: ask(own.skipTo, connect.skipTo),
    addToQueue: choose(own.addToQueue, connect.addToQueue),
    playNext: choose(own.playNext, connect.playNext),
    removeFromQueue: choose(own.removeFromQueue, connect.removeFromQueue),
    moveInQueue: choose(own.moveInQueue, connect.moveInQueue),
    clearUpNext: choose(own.clearUpNext, connect.clearUpNext),
    setShuffle: choose(own.setShuffle, connect.setShuffle),
    setRepeat: choose(own.setRepeat, connect.setRepeat),
    setVolume: choose(own.setVolume, async (volume) => {
      const { activeDeviceId } = connect.state;
      if (activeDeviceId) await connect.setVolume(activeDeviceId, volume);
    }),
    setNormalization: own.setNormalization,
    retry: ask(own.retry, connect.play),
  };
}
