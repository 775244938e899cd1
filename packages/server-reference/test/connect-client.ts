/** A Connect client that does only what a test tells it. */
import { randomBytes } from "node:crypto";
import type {
  Action,
  ClientFrame,
  Command,
  DeviceId,
  DeviceInfo,
  Resume,
  ServerFrame,
  SessionState,
} from "@segue/core";
import { applyChanges } from "@segue/core";
import {
  CONNECT_JSON,
  CONNECT_PROTOBUF,
  type ConnectSubprotocol,
  readServerFrame,
  writeClientFrame,
} from "@segue/core/wire";
import WebSocket from "ws";
import { newKeys, register } from "./device-keys";

export interface Listener {
  readonly url: string;
}

/** A device of the user `token`. */
export async function makeDevice(server: Listener, token: string): Promise<DeviceId> {
  const answer = await register(server as never, token, newKeys());
  return answer.body.id;
}

type Of<T extends ServerFrame["type"]> = Extract<ServerFrame, { type: T }>;

export class TestClient {
  readonly frames: ServerFrame[] = [];
  closeCode: number | null = null;
  state: SessionState | null = null;
  #waiting: (() => void)[] = [];
  readonly socket: WebSocket;
  readonly #subprotocol: ConnectSubprotocol;
  #taken = 0;

  constructor(server: Listener, json = false) {
    this.#subprotocol = json ? CONNECT_JSON : CONNECT_PROTOBUF;
    this.socket = new WebSocket(`${server.url.replace("http", "ws")}/v1/connect`, [this.#subprotocol]);
    this.socket.on("message", (data: Buffer, isBinary) => {
      const frame = readServerFrame(this.#subprotocol, isBinary ? new Uint8Array(data) : data.toString());
      if (frame.type === "unknown") return;
      if (frame.type === "snapshot") this.state = frame.state;
      if (frame.type === "delta" && this.state) this.state = applyChanges(this.state, frame.changes);
      this.frames.push(frame);
      this.#wake();
    });
    this.socket.on("close", (code) => {
      this.closeCode = code;
      this.#wake();
    });
    this.socket.on("error", () => this.#wake());
  }

  #wake(): void {
    for (const run of this.#waiting.splice(0)) run();
  }

  async opened(): Promise<this> {
    if (this.socket.readyState === WebSocket.CONNECTING)
      await new Promise((resolve, reject) => {
        this.socket.once("open", resolve);
        this.socket.once("error", reject);
      });
    return this;
  }

  /** The first answer to `look` that is not null, now or once more has come. */
  async until<T>(look: () => T | null | undefined | false, what = "it"): Promise<T> {
    const ends = Date.now() + 25_000;
    for (;;) {
      const found = look();
      if (found !== null && found !== undefined && found !== false) return found;
      if (Date.now() > ends || (this.closeCode !== null && look() == null))
        throw new Error(
          `${what} did not come; closed ${this.closeCode}; ${this.frames.map(({ type }) => type).slice(-12)}`,
        );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** The next frame of `type` after those that were taken. */
  async next<T extends ServerFrame["type"]>(
    type: T,
    matches: (frame: Of<T>) => boolean = () => true,
  ): Promise<Of<T>> {
    return this.until(() => {
      for (let i = this.#taken; i < this.frames.length; i++) {
        const frame = this.frames[i]!;
        if (frame.type !== type || !matches(frame as Of<T>)) continue;
        this.#taken = i + 1;
        return frame as Of<T>;
      }
      return null;
    }, type);
  }

  async closed(): Promise<number> {
    const ends = Date.now() + 30_000;
    while (this.closeCode === null) {
      if (Date.now() > ends) throw new Error("the connection stays open");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return this.closeCode;
  }

  send(frame: ClientFrame): void {
    this.socket.send(writeClientFrame(this.#subprotocol, frame));
  }

  async hello(
    accessToken: string,
    deviceId: DeviceId,
    extra: { info?: Partial<DeviceInfo>; resume?: Resume; volume?: number | null } = {},
  ): Promise<Of<"welcome">> {
    await this.opened();
    this.send({
      type: "hello",
      accessToken,
      device: {
        deviceId,
        name: "",
        type: "",
        player: true,
        controller: true,
        volumeSteps: 100,
        lapsePolicy: "strict",
        ...extra.info,
      },
      resume: extra.resume ?? null,
      volume: extra.volume === undefined ? 0.5 : extra.volume,
    });
    const welcome = await this.next("welcome");
    if (!welcome.replayed) await this.next("snapshot");
    return welcome;
  }

  command(action: Action | null, extra: Partial<Command> = {}): string {
    const commandId = extra.commandId ?? randomBytes(16).toString("hex");
    this.send({
      type: "command",
      commandId,
      deadlineMs: 0,
      ifEpoch: null,
      ifQueueRev: null,
      ifItemUid: null,
      ...extra,
      action,
    });
    return commandId;
  }

  result(commandId: string): Promise<Of<"command_result">> {
    return this.until(() => {
      const frame = this.frames.find(
        (each) => each.type === "command_result" && each.commandId === commandId,
      );
      return frame as Of<"command_result"> | undefined;
    }, "a result");
  }

  /** Does the action and waits for its end. */
  async do(action: Action | null, extra: Partial<Command> = {}): Promise<string> {
    return (await this.result(this.command(action, extra))).outcome;
  }

  #clockUs = 1_000_000;
  /** Answers `prepare`, waits for the grant and reports that it sounds. */
  async takeOver(): Promise<{ epoch: number; positionMs: number }> {
    const { epoch } = await this.next("prepare");
    this.send({ type: "prepared", epoch, clientSentUs: this.#clockUs });
    await this.next("lease_grant", (frame) => frame.epoch === epoch);
    const { cue } = this.state!;
    this.report(epoch, { itemUid: cue.itemUid, positionMs: cue.positionMs, rateMilli: 1000 });
    return { epoch, positionMs: cue.positionMs };
  }

  #reports = 0;
  report(
    epoch: number,
    anchor: { itemUid: string; positionMs: number; rateMilli: number },
    atServerUs = 0,
  ): void {
    this.#reports += 1;
    this.send({
      type: "report",
      epoch,
      reportSeq: this.#reports,
      appliedVersion: Number.MAX_SAFE_INTEGER,
      anchor: { ...anchor, atServerUs, uncertaintyUs: 0, durationMs: 180_000, audible: true },
      buffering: false,
      ended: false,
      errorCode: null,
    });
  }

  close(): void {
    this.socket.terminate();
  }
}

/** `count` items named from `prefix`. */
export const items = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    uid: `${prefix}${i}`,
    trackId: "trk_00000000000000000000000001" as never,
    source: "context" as const,
  }));

/** A command that plays `count` items on `on`. */
export const playContext = (prefix: string, count: number, on: DeviceId | null): Action => ({
  type: "play_context",
  context: { kind: "tracks", id: null, title: "List" },
  items: items(prefix, count),
  startIndex: 0,
  positionMs: 0,
  shuffle: false,
  shuffleSeed: 1,
  onDeviceId: on,
  force: false,
});
