/** `client.connect`: one playback session on all of a listener's devices. */
import {
  type Action,
  type ConnectClient,
  clockEstimate,
  contextNext,
  contextRef,
  type DeviceId,
  editsOf,
  ensureId,
  MAX_SESSION_CONTEXT,
  type Milliseconds,
  positionAt,
  type QueueItem,
  RESTART_AFTER_MS,
  SegueError,
  type Told,
  type Track,
} from "@segue/core";
import type {
  Api,
  Connect,
  ConnectEvents,
  ConnectState,
  ConnectStatus,
  PlayContext,
  QueueEntry,
} from "../client";
import type { PlayerDriver } from "../player/player";
import type { WishObserver } from "../player/wishes";
import type { Clock } from "../ports/clock";
import type { SocketFactory } from "../ports/socket";
import { createEmitter } from "../surface/emitter";
import { createFollowedPlayer } from "./followed-player";
import { createRuntime, type Runtime } from "./runtime";
import { createTrackLibrary } from "./track-library";

export interface ConnectOptions {
  readonly origin: string;
  /** Null where there are no sockets: Connect is unavailable then. */
  readonly sockets: SocketFactory | null;
  readonly clock: Clock;
  readonly api: Pick<Api, "tracks">;
  readonly player: PlayerDriver;
  readonly deviceName: string;
  readonly deviceType: string;
  /** This device, registered for the user. */
  readonly registered: () => Promise<DeviceId>;
  readonly token: (fresh: boolean) => Promise<string | null>;
}

export interface ConnectDriver extends Connect {
  /** Who looks at the player's wishes; null while there is no session. */
  readonly observer: WishObserver | null;
  /** Somebody signed in. */
  signedIn(): void;
  signedOut(): void;
}

const VOLUME_STEPS = 100;

export function createConnect(options: ConnectOptions): ConnectDriver {
  const { clock, player, api } = options;
  const events = createEmitter<ConnectEvents>();
  let runtime: Runtime | null = null;
  let wanted = false;
  let user = false;
  let starting = 0;
  let failure: SegueError | null = null;
  let seen: { client: ConnectClient | null; wanted: boolean; failure: SegueError | null } | null = null;
  let state: ConnectState = stateOf(null);
  const library = createTrackLibrary(api, () => publish(true));

  function publish(force = false): void {
    const client = runtime?.state ?? null;
    const same =
      seen !== null &&
      !force &&
      seen.wanted === wanted &&
      seen.failure === failure &&
      seen.client?.session === client?.session &&
      seen.client?.link === client?.link &&
      seen.client?.right === client?.right;
    if (same) return;
    seen = { client, wanted, failure };
    state = stateOf(client);
    events.emit("state", state);
  }

  function statusOf(client: ConnectClient | null): ConnectStatus {
    if (!wanted) return "off";
    if (options.sockets === null || failure !== null || client?.stoppedBy) return "unavailable";
    return client?.link === "up" && client.session !== null ? "online" : "connecting";
  }

  function stateOf(client: ConnectClient | null): ConnectState {
    const session = client?.session ?? null;
    const queue = session?.queue ?? null;
    const entry = (item: QueueItem): QueueEntry => ({
      uid: item.uid,
      track: library.of(item),
      source: item.source,
    });
    const me = client?.me.deviceId ?? null;
    const status = statusOf(client);
    return Object.freeze({
      status,
      error: failure ?? (client?.stoppedBy ? new SegueError(client.stoppedBy) : null),
      thisDeviceId: me,
      devices: Object.freeze(
        (session?.devices ?? []).map(({ device, online, detached, volume }) => ({
          id: device.deviceId,
          name: device.name,
          type: device.type,
          isThis: device.deviceId === me,
          isActive: device.deviceId === session?.activeDeviceId,
          online,
          detached,
          canPlay: device.player,
          volume,
          volumeFixed: device.volumeSteps === 0,
        })),
      ),
      activeDeviceId: session?.activeDeviceId ?? null,
      isActiveHere: me !== null && session?.activeDeviceId === me,
      right: client?.right ?? "none",
      playing: session?.wantPlaying ?? false,
      buffering: session?.buffering ?? false,
      errorCode: session?.errorCode ?? null,
      context: session?.context ?? null,
      current: queue?.current ? entry(queue.current) : null,
      upNext: Object.freeze((queue?.upNext ?? []).map(entry)),
      contextNext: Object.freeze((queue ? contextNext(queue) : []).map(entry)),
      history: Object.freeze((queue?.history ?? []).map(entry)),
      shuffle: queue?.shuffle ?? false,
      repeat: queue?.repeat ?? "off",
      durationMs: session?.anchor?.durationMs || (queue?.current ? library.of(queue.current).durationMs : 0),
      transfer: session?.transfer
        ? {
            fromDeviceId: session.transfer.fromDeviceId,
            toDeviceId: session.transfer.toDeviceId,
            granted: session.transfer.granted,
            waitsMs: waitsMs(client, session.transfer.waitsUntilUs),
          }
        : null,
    });
  }

  function serverUs(client: ConnectClient): number | null {
    const estimate = clockEstimate(client.clock);
    return estimate && clock.monotonicMs() * 1000 + estimate.offsetUs;
  }

  function waitsMs(client: ConnectClient | null, untilUs: number): Milliseconds | null {
    const nowUs = client && serverUs(client);
    return untilUs === 0 || nowUs === null ? null : Math.max(0, (untilUs - nowUs) / 1000);
  }

  async function begin(): Promise<void> {
    const mine = ++starting;
    if (!wanted || !user || runtime !== null || options.sockets === null) return publish();
    failure = null;
    publish();
    let deviceId: DeviceId;
    try {
      deviceId = await options.registered();
    } catch (cause) {
      failure = SegueError.from(cause, "internal");
      return publish();
    }
    if (mine !== starting || runtime !== null || !wanted || !user) return;
    open(deviceId, options.sockets);
  }

  function open(deviceId: DeviceId, sockets: SocketFactory): void {
    const made = createRuntime({
      url: `${options.origin.replace(/^http/, "ws")}/v1/connect`,
      sockets,
      clock,
      random: Math.random,
      commandId: randomId,
      me: {
        deviceId,
        name: options.deviceName.slice(0, 100),
        type: options.deviceType,
        player: true,
        controller: true,
        volumeSteps: VOLUME_STEPS,
        lapsePolicy: "strict",
      },
      volume: player.state.volume,
      player: createFollowedPlayer(player, library),
      token: options.token,
      onChange: publish,
    });
    runtime = made;
    made.start();
    publish();
  }

  function end(): void {
    starting += 1;
    // A session that goes on elsewhere does not go on here.
    if (runtime?.state.right === "held") player.silence();
    runtime?.stop();
    runtime = null;
    publish();
  }

  function online(): Runtime {
    if (runtime?.state.link !== "up" || runtime.state.session === null)
      throw new SegueError("network", { detail: "there is no connection to the Connect session" });
    return runtime;
  }

  async function command(action: Action, ifItemUid: string | null = null): Promise<void> {
    await online().command(action, { ifItemUid });
  }
  const play = () => command({ type: "play" });
  const pause = () => command({ type: "pause" });
  function positionMs(): Milliseconds {
    const client = runtime?.state ?? null;
    if (client?.session?.activeDeviceId && client.session.activeDeviceId === client.me.deviceId)
      return player.positionMs();
    const anchor = client?.session?.anchor;
    const nowUs = client && serverUs(client);
    if (!anchor) return 0;
    return nowUs === null ? anchor.positionMs : positionAt(anchor, nowUs);
  }
  const currentUid = () => runtime?.state.session?.queue.current?.uid ?? null;
  async function edits(told: readonly Told[]): Promise<void> {
    await Promise.all(told.map(({ action }) => command(action)));
  }
  function items(tracks: readonly Track[]): readonly QueueItem[] {
    library.learn(tracks);
    return tracks.map((track) => ({ uid: `c${randomId()}`, trackId: track.id, source: "context" }));
  }

  return {
    get state() {
      return state;
    },
    get observer() {
      return wanted ? runtime : null;
    },
    on: events.on,
    start() {
      wanted = true;
      failure = null;
      if (runtime?.state.link === "stopped") end();
      void begin();
    },
    stop() {
      if (!wanted) return;
      wanted = false;
      end();
    },
    signedIn() {
      user = true;
      void begin();
    },
    signedOut() {
      user = false;
      end();
    },
    positionMs,
    uncertaintyMs() {
      const estimate = runtime && clockEstimate(runtime.state.clock);
      const anchor = runtime?.state.session?.anchor;
      return estimate ? (estimate.uncertaintyUs + (anchor?.uncertaintyUs ?? 0)) / 1000 : null;
    },
    play,
    pause,
    toggle: () => (state.playing ? pause() : play()),
    async seek(ms) {
      if (!Number.isFinite(ms))
        throw new SegueError("invalid_argument", { detail: "ms must be a finite number" });
      await command({ type: "seek", positionMs: Math.max(0, Math.round(ms)) });
    },
    async next() {
      await command({ type: "skip", by: 1 }, needed(currentUid()));
    },
    async previous() {
      const uid = needed(currentUid());
      if (positionMs() > RESTART_AFTER_MS) await command({ type: "seek", positionMs: 0 }, uid);
      else await command({ type: "skip", by: -1 }, uid);
    },
    skipTo: (uid) => command({ type: "skip_to", itemUid: uid }),
    async setVolume(deviceId, volume) {
      if (!(volume >= 0 && volume <= 1))
        throw new SegueError("invalid_argument", { detail: "volume is from 0 to 1" });
      await command({ type: "set_volume", deviceId: ensureId("device", deviceId), volume });
    },
    setShuffle: (on) => edits(editsOf({ type: "shuffle", on, seed: randomUint32() })),
    setRepeat: (mode) => edits(editsOf({ type: "repeat", mode })),
    addToQueue: (tracks) => edits(editsOf({ type: "add", items: items(tracks) })),
    playNext: (tracks) => edits(editsOf({ type: "add_first", items: items(tracks) })),
    removeFromQueue: (uid) => edits(editsOf({ type: "remove", uid })),
    moveInQueue: (uid, beforeUid) => edits(editsOf({ type: "move", uid, beforeUid })),
    clearUpNext: () => edits(editsOf({ type: "clear" })),
    async playContext(
      context: PlayContext,
      tracks,
      { startIndex = 0, shuffle = false, deviceId, force = false } = {},
    ) {
      if (tracks.length === 0) throw new SegueError("queue_empty");
      if (tracks.length > MAX_SESSION_CONTEXT)
        throw new SegueError("invalid_argument", { detail: `at most ${MAX_SESSION_CONTEXT} tracks` });
      await command({
        type: "play_context",
        context: contextRef(context),
        items: items(tracks),
        startIndex: Math.min(Math.max(0, Math.trunc(startIndex) || 0), tracks.length - 1),
        positionMs: 0,
        shuffle,
        shuffleSeed: randomUint32(),
        onDeviceId: deviceId === undefined ? null : ensureId("device", deviceId),
        force,
      });
    },
    async transfer(deviceId, { force = false, play } = {}) {
      await command({
        type: "transfer",
        toDeviceId: ensureId("device", deviceId),
        force,
        play: play ?? null,
      });
    },
  };
}

function needed(uid: string | null): string {
  if (uid === null) throw new SegueError("queue_empty");
  return uid;
}

function randomId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

function randomUint32(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
