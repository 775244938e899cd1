/** Every session that is in memory, and the connections that look at them. */
import { randomUUID } from "node:crypto";
import {
  fullBucket,
  HEARTBEAT_MS,
  type Hello,
  LEASE_MS,
  MAX_CLIENT_FRAME_BYTES,
  type Microseconds,
  newSession,
  PLAYING_HEARTBEAT_MS,
  restoreSession,
  SegueError,
  type SequencerEffect,
  type ServerFrame,
  type TokenBucket,
  takeTokens,
  type UserId,
} from "@segue/core";
import type { ConnectSubprotocol } from "@segue/core/wire";
import type { WebSocket } from "ws";
import type { ServerContext } from "../../context";
import type { Authenticator } from "../../http/principal";
import type { DevicesModule } from "../devices/module";
import type { ConnectClock } from "./clock";
import { Connection, type ConnectionHost, type Party, type SessionFrame } from "./connection";
import { encoded } from "./frame-writer";
import { CLOSE, COMMAND_RATE, MAX_CONNECTIONS } from "./limits";
import type { ConnectMetrics } from "./metrics";
import { SessionActor } from "./session-actor";
import type { ConnectStore } from "./store";

export interface HubOptions {
  readonly context: ServerContext;
  readonly authenticator: Authenticator;
  readonly devices: Pick<DevicesModule, "list">;
  readonly store: ConnectStore;
  readonly clock: ConnectClock;
  readonly metrics: ConnectMetrics;
}

interface Session {
  readonly actor: SessionActor;
  readonly commands: Map<string, TokenBucket>;
}

/** How often sessions that nobody uses are let go. */
const SWEEP_MS = 60_000;
/** A connection looks at its deadlines this often. */
const CHECK_MS = 1_000;
/** The active device comes back within this; the others are spread over more. */
const ACTIVE_BACK_MS = 1_000;
const OTHERS_BACK_MS = 4_000;

/** Whoever waits for a session that cannot be opened is told by `join`. */
const ignore = () => undefined;

/** Opaque to clients; one per user. */
const sessionIdOf = (userId: UserId): string => userId.replace("usr_", "ses_");

export class Hub implements ConnectionHost {
  readonly #sessions = new Map<string, Promise<Session>>();
  readonly #connections = new Map<string, Connection>();
  readonly #timers: readonly NodeJS.Timeout[];
  #draining = false;
  readonly faults;
  readonly #options: HubOptions;

  constructor(options: HubOptions) {
    this.#options = options;
    this.faults = options.context.faults;
    this.#timers = [
      setInterval(() => this.#checkConnections(), CHECK_MS),
      setInterval(() => void this.#sweep(), SWEEP_MS),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  /** Whether another connection may be opened. */
  get hasRoom(): boolean {
    return !this.#draining && this.#connections.size < MAX_CONNECTIONS;
  }

  /** Takes a socket over; `onGreeted` is called when its device has said hello and was let in. */
  accept(socket: WebSocket, subprotocol: ConnectSubprotocol, onGreeted: () => void): void {
    const connection = new Connection(randomUUID(), socket, subprotocol, this, onGreeted);
    this.#connections.set(connection.id, connection);
    this.#options.metrics.connections.set(this.#connections.size);
  }

  now(): number {
    return this.#options.context.now();
  }
  nowUs(): Microseconds {
    return this.#options.clock.nowUs();
  }
  noteFrame(type: string): void {
    this.#options.metrics.framesIn.inc({ type });
  }
  noteFault(code: string): void {
    this.#options.metrics.faults.inc({ code });
  }
  noteClose(code: number): void {
    this.#options.metrics.closes.inc({ code: String(code) });
  }

  async identify(token: string) {
    const { user, expiresAtMs } = await this.#options.authenticator.identify(token);
    return { userId: user.id, expiresAtMs };
  }

  async device(userId: UserId, deviceId: Party["device"]["deviceId"]) {
    const row = (await this.#options.devices.list(userId)).find(({ id }) => id === deviceId);
    if (!row) throw new SegueError("device_unknown");
    return { name: row.name, type: row.type };
  }

  async join(connection: Connection, { userId, device }: Party, hello: Hello): Promise<void> {
    if (this.#draining) throw new SegueError("unavailable", { detail: "the server goes away" });
    const { actor } = await this.#session(userId);
    if (!this.#connections.has(connection.id)) return;
    actor.push({
      type: "connect",
      connectionId: connection.id,
      openedUs: connection.openedUs,
      info: device,
      volume: hello.volume,
      resume: hello.resume,
    });
  }

  frame(
    connection: Connection,
    { userId, device }: Party,
    frame: SessionFrame,
    receivedUs: Microseconds,
  ): void {
    if (frame.type === "beat")
      connection.send({
        type: "beat_ack",
        clientSentUs: frame.clientSentUs,
        serverReceivedUs: receivedUs,
        serverSentUs: this.nowUs(),
      });
    const held = this.#sessions.get(sessionIdOf(userId));
    held?.then((session) => {
      if (frame.type === "command" && !this.#admits(connection, session, device.deviceId, frame.commandId))
        return;
      if (connection.expired && (frame.type === "report" || frame.type === "lease_renewal")) return;
      const connectionId = connection.id;
      if (frame.type === "beat")
        session.actor.push({ type: "beat", connectionId, clientSentUs: frame.clientSentUs });
      else session.actor.push({ type: "frame", connectionId, frame });
    }, ignore);
  }

  /** Whether a command is looked at; if not, its device is told why. */
  #admits(
    connection: Connection,
    { actor, commands }: Session,
    deviceId: string,
    commandId: string,
  ): boolean {
    const refuse = (outcome: "unauthenticated" | "rate_limited", retryAfterMs: number) => {
      this.#options.metrics.results.inc({ outcome });
      const { stamp } = actor.state;
      connection.send({ type: "command_result", commandId, outcome, stamp, retryAfterMs, reasons: [] });
      return false;
    };
    if (connection.expired) return refuse("unauthenticated", 0);
    const nowMs = performance.now();
    const before = commands.get(deviceId) ?? fullBucket(COMMAND_RATE, nowMs);
    const { bucket, waitMs } = takeTokens(before, COMMAND_RATE, 1, nowMs);
    commands.set(deviceId, bucket);
    return waitMs === 0 || refuse("rate_limited", waitMs);
  }

  left(connection: Connection, party: Party | null): void {
    this.#connections.delete(connection.id);
    this.#options.metrics.connections.set(this.#connections.size);
    if (!party) return;
    void this.#sessions
      .get(sessionIdOf(party.userId))
      ?.then(({ actor }) => actor.push({ type: "disconnect", connectionId: connection.id }), ignore);
  }

  #session(userId: UserId): Promise<Session> {
    const id = sessionIdOf(userId);
    const held = this.#sessions.get(id);
    if (held) return held;
    const opened = this.#open(id, userId);
    this.#sessions.set(id, opened);
    opened.catch(() => this.#sessions.get(id) === opened && this.#sessions.delete(id));
    this.#options.metrics.sessions.set(this.#sessions.size);
    return opened;
  }

  async #open(id: string, userId: UserId): Promise<Session> {
    const { store, clock, context, metrics } = this.#options;
    const saved = await store.load(id);
    const at = { nowUs: clock.nowUs(), wallMs: Math.round(context.now()) };
    const state = saved ? restoreSession(saved.durable, saved.results, at) : newSession(id);
    const actor = new SessionActor(state, saved ? saved.durable.stamp : null, {
      userId,
      store,
      clock,
      now: context.now,
      beforeWrite: () => context.faults.storage({ userId, deviceId: null }, "connect"),
      carryOut: (effect) => this.#carryOut(actor, effect),
      onCommit: (seconds) => metrics.commit.observe(seconds),
      onFailure: (error) => this.#fail(id, actor, error),
    });
    return { actor, commands: new Map() };
  }

  #carryOut(actor: SessionActor, effect: SequencerEffect): void {
    if (effect.type === "close") {
      this.#connections.get(effect.connectionId)?.close(effect.code);
      return;
    }
    const { frame } = effect;
    if (frame.type === "command_result") this.#options.metrics.results.inc({ outcome: frame.outcome });
    if (effect.type === "send") {
      this.#connections.get(effect.connectionId)?.send(this.#completed(frame, effect.connectionId));
      return;
    }
    if (frame.type === "welcome") return;
    const once = encoded(frame);
    for (const { connectionId } of actor.state.links.values())
      if (connectionId !== effect.except) this.#connections.get(connectionId)?.send(once);
  }

  #completed(frame: Extract<SequencerEffect, { type: "send" }>["frame"], connectionId: string): ServerFrame {
    if (frame.type !== "welcome") return frame;
    const { clock } = this.#options;
    return {
      ...frame,
      connectionId,
      heartbeatMs: HEARTBEAT_MS,
      playingHeartbeatMs: PLAYING_HEARTBEAT_MS,
      serverTimeUs: clock.nowUs(),
      clockId: clock.id,
      leaseMs: LEASE_MS,
      maxFrameBytes: MAX_CLIENT_FRAME_BYTES,
    };
  }

  /** A session that cannot be saved shows nothing more; its devices come back to what was saved last. */
  #fail(id: string, actor: SessionActor, error: unknown): void {
    this.#options.context.logger.error({ err: error, session: id }, "a Connect session failed");
    this.#sessions.delete(id);
    for (const { connectionId } of actor.state.links.values()) {
      const connection = this.#connections.get(connectionId);
      const { code } = SegueError.from(error, "internal");
      connection?.fault(
        code === "unavailable" ? code : "internal",
        "the session could not be saved",
        CLOSE.failed,
      );
    }
  }

  #checkConnections(): void {
    const nowMs = performance.now();
    for (const connection of [...this.#connections.values()]) connection.check(nowMs);
  }

  async #sweep(): Promise<void> {
    for (const [id, opened] of [...this.#sessions]) {
      const session = await opened.catch(() => null);
      if (session && !session.actor.idle) continue;
      session?.actor.end();
      this.#sessions.delete(id);
    }
    this.#options.metrics.sessions.set(this.#sessions.size);
  }

  /** Tells every device to come back elsewhere or later, the sounding ones first; then nothing is open any more. */
  async drain(): Promise<void> {
    this.#draining = true;
    for (const timer of this.#timers) clearInterval(timer);
    const sessions = await Promise.all([...this.#sessions.values()].map((each) => each.catch(() => null)));
    for (const session of sessions) {
      if (!session) continue;
      await session.actor.settled();
      const { links, session: state } = session.actor.state;
      for (const [deviceId, { connectionId }] of links) {
        const active = deviceId === state.activeDeviceId;
        this.#connections.get(connectionId)?.send({
          type: "go_away",
          reconnectMinMs: active ? 0 : ACTIVE_BACK_MS,
          reconnectMaxMs: active ? ACTIVE_BACK_MS : OTHERS_BACK_MS,
        });
      }
      // The devices' connections end with this server, and that is no news of the session.
      session.actor.end();
    }
    for (const connection of [...this.#connections.values()]) connection.close(CLOSE.goingAway);
  }
}
