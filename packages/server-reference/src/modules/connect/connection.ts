/** One socket: greeting, limits, authorization, liveness. What it says of the session goes to the hub. */
import {
  type ClientFrame,
  type DeviceId,
  type DeviceInfo,
  type ErrorCode,
  fullBucket,
  type Hello,
  type Microseconds,
  SegueError,
  type ServerFrame,
  takeTokens,
  type UserId,
} from "@segue/core";
import { type ConnectSubprotocol, readClientFrame, type UnknownFrame } from "@segue/core/wire";
import type { RawData, WebSocket } from "ws";
import type { FaultHooks } from "../../fault-hooks";
import { type Encoded, encoded, writeBounded } from "./frame-writer";
import {
  AUTH_GRACE_MS,
  AUTH_REQUIRED_MS,
  CLOSE,
  CLOSE_MS,
  FRAME_RATE,
  HELLO_MS,
  MAX_DROPPED_FRAMES,
  MAX_INBOX,
  PING_EVERY_MS,
  RECHECK_MS,
  SILENT_MS,
} from "./limits";

/** Frames that concern the session. */
export type SessionFrame = Exclude<ClientFrame, { type: "hello" | "auth_renewal" }>;

/** Whose connection it is, once it was greeted. */
export interface Party {
  readonly userId: UserId;
  readonly device: DeviceInfo;
}

/** What a connection asks of the rest of the server. */
export interface ConnectionHost {
  readonly faults: FaultHooks;
  /** Wall clock, milliseconds. */
  now(): number;
  /** Whose the token is and when it ends. @throws SegueError */
  identify(token: string): Promise<{ readonly userId: UserId; readonly expiresAtMs: number | null }>;
  /** The registered device of the user. @throws SegueError `device_unknown` */
  device(userId: UserId, deviceId: DeviceId): Promise<{ readonly name: string; readonly type: string }>;
  /** The connection was greeted by `hello`. @throws SegueError when there is no room */
  join(connection: Connection, party: Party, hello: Hello): Promise<void>;
  frame(connection: Connection, party: Party, frame: SessionFrame, receivedUs: Microseconds): void;
  /** It has ended. */
  left(connection: Connection, party: Party | null): void;
  nowUs(): Microseconds;
  noteFrame(type: string): void;
  noteFault(code: string): void;
  noteClose(code: number): void;
}

/** Work that is done for one frame after the other. */
type Work = () => Promise<void> | void;

export class Connection {
  #party: Party | null = null;
  #greeting: "waiting" | "under_way" | "done" = "waiting";
  #closed = false;
  #token = "";
  #expiresAtMs: number | null = null;
  #authAsked = false;
  #recheckAtMs = Number.POSITIVE_INFINITY;
  #dropped = 0;
  /** When it was opened, by the host's clock. */
  readonly openedUs: Microseconds;
  readonly #openedAtMs = performance.now();
  #heardAtMs = performance.now();
  #pingedAtMs = performance.now();
  #frames = fullBucket(FRAME_RATE, performance.now());
  #work: Work[] = [];
  #working = false;
  #unwatch: () => void = () => undefined;
  readonly #onGreeted: () => void;
  readonly #socket: WebSocket;
  readonly #subprotocol: ConnectSubprotocol;
  readonly #host: ConnectionHost;

  /** @param onGreeted called once, when the device has said hello and was let in */
  constructor(
    readonly id: string,
    socket: WebSocket,
    subprotocol: ConnectSubprotocol,
    host: ConnectionHost,
    onGreeted: () => void,
  ) {
    this.#socket = socket;
    this.#subprotocol = subprotocol;
    this.#host = host;
    this.openedUs = host.nowUs();
    this.#onGreeted = onGreeted;
    socket.on("message", (data, isBinary) => this.#onMessage(data, isBinary));
    socket.on("pong", () => this.#hear());
    socket.on("error", () => undefined);
    socket.on("close", () => this.#end());
  }

  /** Whether the token has ended: what changes the session is refused. */
  get expired(): boolean {
    return this.#expiresAtMs !== null && this.#host.now() >= this.#expiresAtMs;
  }

  send(frame: ServerFrame | Encoded): void {
    if (this.#closed) return;
    const message = ("as" in frame ? frame : encoded(frame)).as(this.#subprotocol);
    const delayMs = this.#delayMs();
    if (delayMs > 0) setTimeout(() => this.#write(message), delayMs);
    else this.#write(message);
  }

  #write(message: string | Uint8Array): void {
    if (!this.#closed && !writeBounded(this.#socket, message)) this.#cut(CLOSE.slow);
  }

  /** Says what was wrong and, with a code, ends the connection. */
  fault(code: ErrorCode, detail: string, closeCode?: number): void {
    this.#host.noteFault(code);
    this.send({ type: "fault", code, detail });
    if (closeCode !== undefined) this.close(closeCode);
  }

  close(code: number): void {
    if (this.#closed) return;
    this.#host.noteClose(code);
    this.#socket.close(code);
    // Who does not finish the handshake is cut off.
    setTimeout(() => this.#socket.terminate(), CLOSE_MS).unref();
    this.#end();
  }

  /** Ends a connection whose other side does not take part. */
  #cut(code: number): void {
    if (this.#closed) return;
    this.#host.noteClose(code);
    this.#socket.close(code);
    this.#end();
    setTimeout(() => this.#socket.terminate(), 100).unref();
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#work = [];
    this.#unwatch();
    this.#host.left(this, this.#party);
  }

  /** Once a second. */
  check(nowMs: number): void {
    if (this.#closed) return;
    if (nowMs - this.#heardAtMs >= SILENT_MS && this.#greeting === "done") {
      this.#cut(CLOSE.silent);
      return;
    }
    if (this.#greeting !== "done") {
      if (nowMs - this.#openedAtMs >= HELLO_MS) this.#cut(CLOSE.noHello);
      return;
    }
    if (nowMs - this.#pingedAtMs >= PING_EVERY_MS) {
      this.#pingedAtMs = nowMs;
      this.#socket.ping();
    }
    this.#checkToken(nowMs);
  }

  #checkToken(nowMs: number): void {
    if (this.#expiresAtMs !== null) {
      const leftMs = this.#expiresAtMs - this.#host.now();
      if (leftMs <= -AUTH_GRACE_MS) {
        this.fault("token_expired", "the token ended and was not renewed", CLOSE.tokenExpired);
        return;
      }
      if (leftMs <= AUTH_REQUIRED_MS && !this.#authAsked) {
        this.#authAsked = true;
        this.send({ type: "auth_required", withinMs: Math.max(0, Math.round(leftMs)) });
      }
    }
    if (nowMs < this.#recheckAtMs) return;
    this.#recheckAtMs = nowMs + RECHECK_MS;
    if (!this.expired) this.#enqueue(() => this.#recheck());
  }

  /** A token may be revoked and a device removed at any time. */
  async #recheck(): Promise<void> {
    const party = this.#party!;
    try {
      await this.#host.device(party.userId, party.device.deviceId);
      await this.#host.identify(this.#token);
    } catch (error) {
      const { code } = SegueError.from(error, "internal");
      if (code === "device_unknown") this.fault(code, "the device was removed", CLOSE.deviceUnknown);
      else if (code === "unauthenticated") this.fault(code, "the token was revoked", CLOSE.notAllowed);
    }
  }

  #hear(): void {
    this.#heardAtMs = performance.now();
  }

  #delayMs(): number {
    const { faults } = this.#host;
    return faults.frameDelayMs({
      userId: this.#party?.userId ?? null,
      deviceId: this.#party?.device.deviceId ?? null,
    });
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (this.#closed) return;
    const receivedUs = this.#host.nowUs();
    this.#hear();
    const { bucket, waitMs } = takeTokens(this.#frames, FRAME_RATE, 1, performance.now());
    this.#frames = bucket;
    if (waitMs > 0) {
      this.#dropped += 1;
      // One word for many frames.
      if (this.#dropped % 50 === 1) this.fault("rate_limited", "too many frames");
      if (this.#dropped >= MAX_DROPPED_FRAMES) this.close(CLOSE.tooManyFrames);
      return;
    }
    const frame = this.#read(data, isBinary);
    if (frame === null) return;
    this.#host.noteFrame(frame.type);
    if (frame.type === "unknown" && this.#greeting === "done") return;
    if (this.#work.length >= MAX_INBOX) {
      this.fault("rate_limited", "too many frames wait", CLOSE.tooManyFrames);
      return;
    }
    this.#enqueue(() => this.#onFrame(frame, receivedUs));
  }

  #read(data: RawData, isBinary: boolean): ClientFrame | UnknownFrame | null {
    try {
      const bytes = data as Buffer;
      return readClientFrame(this.#subprotocol, isBinary ? new Uint8Array(bytes) : bytes.toString("utf8"));
    } catch (error) {
      const { code, detail = "" } = SegueError.from(error, "malformed_body");
      const fatal = code !== "invalid_request" || this.#greeting !== "done";
      this.fault(code, detail, fatal ? CLOSE.malformed : undefined);
      return null;
    }
  }

  #enqueue(work: Work): void {
    this.#work.push(work);
    if (!this.#working) void this.#drain();
  }

  /** One after the other, as a renewal of the token must not overtake a command. */
  async #drain(): Promise<void> {
    this.#working = true;
    for (let next = this.#work.shift(); next && !this.#closed; next = this.#work.shift()) {
      const delayMs = this.#delayMs();
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      try {
        const pending = next();
        if (pending) await pending;
      } catch (error) {
        const { code, detail = "" } = SegueError.from(error, "internal");
        this.fault(code, detail, CLOSE.failed);
      }
    }
    this.#working = false;
  }

  #onFrame(frame: ClientFrame | UnknownFrame, receivedUs: Microseconds): Promise<void> | void {
    if (this.#greeting !== "done") {
      if (frame.type === "hello" && this.#greeting === "waiting") return this.#greet(frame);
      this.fault("invalid_request", "the first frame must be hello", CLOSE.malformed);
      return;
    }
    if (frame.type === "hello") this.fault("invalid_request", "hello comes once", CLOSE.malformed);
    else if (frame.type === "auth_renewal") return this.#renew(frame.accessToken);
    else if (frame.type !== "unknown") this.#host.frame(this, this.#party!, frame, receivedUs);
  }

  async #greet(hello: Hello): Promise<void> {
    this.#greeting = "under_way";
    const { deviceId } = hello.device;
    try {
      const { userId, expiresAtMs } = await this.#host.identify(hello.accessToken);
      const registered = await this.#host.device(userId, deviceId);
      if (this.#closed) return;
      this.#token = hello.accessToken;
      this.#expiresAtMs = expiresAtMs;
      this.#recheckAtMs = performance.now() + RECHECK_MS;
      this.#party = {
        userId,
        device: {
          ...hello.device,
          name: hello.device.name.trim() || registered.name,
          type: hello.device.type || registered.type,
        },
      };
      this.#greeting = "done";
      this.#onGreeted();
      this.#unwatch = this.#host.faults.watchSocket({ userId, deviceId }, () => this.#socket.terminate());
      await this.#host.join(this, this.#party, hello);
    } catch (error) {
      const { code, detail = "" } = SegueError.from(error, "internal");
      this.fault(code, detail, closeCodeOf(code));
    }
  }

  async #renew(token: string): Promise<void> {
    try {
      const { userId, expiresAtMs } = await this.#host.identify(token);
      if (userId !== this.#party!.userId) {
        this.fault("forbidden", "the token is another user's", CLOSE.notAllowed);
        return;
      }
      this.#token = token;
      this.#expiresAtMs = expiresAtMs;
      this.#authAsked = false;
    } catch (error) {
      // The token that is held stays; when it ends, so does the connection.
      const { code, detail = "" } = SegueError.from(error, "internal");
      this.fault(code, detail, code === "unauthenticated" ? CLOSE.notAllowed : undefined);
    }
  }
}

function closeCodeOf(code: ErrorCode): number {
  switch (code) {
    case "unauthenticated":
      return CLOSE.notAllowed;
    case "token_expired":
      return CLOSE.tokenExpired;
    case "device_unknown":
      return CLOSE.deviceUnknown;
    default:
      return CLOSE.failed;
  }
}
