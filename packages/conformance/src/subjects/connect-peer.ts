/** A device on Connect: sends and receives frames in JSON, and plays the part of a player where one is needed. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import WebSocket from "ws";
import { type Json, SessionObserver } from "../models/session-order";
import { NoAnswer } from "../outcomes";
import type { Asker } from "./http-client";

/** What a device is. */
export interface PeerInfo {
  readonly name: string;
  readonly deviceId: string;
  readonly player: boolean;
  readonly controller: boolean;
  /** Null for a device that reports none. */
  readonly volume: number | null;
  readonly volumeSteps: number;
}

const WAIT_MS = 8000;
const CLOSE_MS = 3000;
const nowUs = () => Math.round(performance.now() * 1000);
/** A base64 id of 16 random bytes. */
export const commandId = () => randomBytes(16).toString("base64");

const brief = (frame: Json): string => {
  const [kind, body] = Object.entries(frame)[0] ?? ["nothing", {}];
  if (kind !== "command") return kind;
  const { commandId: _id, ifEpoch, ifQueueRev, ifItemUid, ...action } = body as Json;
  const [name, about] = Object.entries(action)[0] ?? ["no action", {}];
  const condition = [
    ifEpoch !== undefined && "if epoch",
    ifQueueRev !== undefined && "if queue revision",
    ifItemUid && "if item",
  ].filter(Boolean);
  const shown = JSON.stringify(about)
    .replace(/dev_[0-9a-z]{26}/g, "dev_…")
    .replace(/"trk_[0-9a-z]{26}"/g, '"trk_…"')
    .slice(0, 110);
  return `${name} ${shown}${condition.length > 0 ? ` (${condition.join(", ")})` : ""}`;
};

/** One connection. */
export class ConnectPeer {
  readonly frames: Json[] = [];
  readonly observer: SessionObserver;
  closeCode: number | null = null;
  readonly #socket: WebSocket;
  #waiting: (() => void)[] = [];
  #failure: unknown = null;
  #reportSeq = 0;
  #leaseEpoch = 0;
  readonly #run: Asker;

  constructor(
    run: Asker,
    origin: string,
    readonly info: PeerInfo,
    owners: Map<number, string> = new Map(),
    subprotocols: readonly string[] = ["segue.connect.v1.json"],
  ) {
    this.#run = run;
    this.observer = new SessionObserver(run, owners);
    this.#socket = new WebSocket(`${origin.replace(/^http/, "ws")}/v1/connect`, [...subprotocols]);
    this.#socket.on("message", (data: Buffer, binary: boolean) => this.#onMessage(data, binary));
    this.#socket.on("close", (code) => {
      this.closeCode = code;
      this.#wake();
    });
    this.#socket.on("open", () => this.#wake());
    this.#socket.on("error", () => this.#wake());
  }

  /** @throws NoAnswer */
  async opened(): Promise<this> {
    await this.until("the upgrade", () => this.#socket.readyState === WebSocket.OPEN || null);
    return this;
  }

  /** Greets, and waits until the session is there. */
  async greet(accessToken: string, resume?: Json): Promise<this> {
    await this.opened();
    const { name, deviceId, player, controller, volume, volumeSteps } = this.info;
    const device = {
      deviceId,
      name,
      type: "other",
      player,
      controller,
      volumeSteps,
      lapsePolicy: "LAPSE_POLICY_STRICT",
    };
    this.send({
      hello: { accessToken, device, ...(volume === null ? {} : { volume }), ...(resume ? { resume } : {}) },
    });
    await this.until("the session", () => this.observer.state);
    return this;
  }

  send(frame: Json): void {
    const [kind, body] = Object.entries(frame)[0] as [string, Json];
    if (kind === "command") this.observer.sends(body.commandId);
    if (!["report", "prepared", "released", "beat", "volumeReport"].includes(kind))
      this.#run.exchange(`${this.info.name}: ${brief(frame)}`)("sent");
    this.#socket.send(JSON.stringify(frame));
  }

  /** Sends what is no frame. */
  sendRaw(data: string | Buffer, shown: string): void {
    this.#run.exchange(`${this.info.name}: ${shown}`)("sent");
    this.#socket.send(data);
  }

  /** Sends a command and waits for its result, or for the fault that takes its place. */
  async command(action: Json, id = commandId()): Promise<Json> {
    const { observer } = this;
    const [frames, before] = [this.frames.length, observer.results.get(id)];
    const got = this.#run.exchange(`${this.info.name}: ${brief({ command: { commandId: id, ...action } })}`);
    observer.sends(id);
    this.#socket.send(JSON.stringify({ command: { commandId: id, ...action } }));
    const found = await this.until("a result", () => {
      const since = this.frames.slice(frames);
      const fault = since.find((frame) => frame.fault);
      if (fault) return fault;
      const result = since.find((frame) => frame.commandResult?.commandId === id);
      return (
        result ??
        (before && observer.results.get(id) !== before ? { commandResult: observer.results.get(id) } : null)
      );
    });
    // Commands beyond the limit are to be sent again; such a result is not kept.
    if (found.commandResult?.outcome === "OUTCOME_RATE_LIMITED") {
      got("RATE_LIMITED, sent again");
      await sleep(Number(found.commandResult.retryAfterMs ?? 1000), undefined, { signal: this.#run.signal });
      return this.command(action, id);
    }
    got(
      found.fault ? `fault ${found.fault.code}` : String(found.commandResult.outcome).replace("OUTCOME_", ""),
    );
    return found;
  }

  /** The first value of `look` that is not null, now or after a frame. @throws NoAnswer, Violation */
  async until<T>(what: string, look: () => T | null, withinMs = WAIT_MS): Promise<T> {
    const ends = performance.now() + withinMs;
    for (;;) {
      if (this.#failure) throw this.#failure;
      const found = look();
      if (found !== null) return found;
      this.#run.signal.throwIfAborted();
      const left = ends - performance.now();
      if (left <= 0 || this.closeCode !== null)
        throw new NoAnswer(
          `${this.info.name} waited for ${what}${this.closeCode === null ? "" : `, and was closed with ${this.closeCode}`}`,
        );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 500));
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Waits for the server to close. */
  closed(withinMs = CLOSE_MS): Promise<number | null> {
    return new Promise((resolve) => {
      const ends = setTimeout(() => resolve(null), withinMs);
      const look = () => {
        if (this.closeCode !== null) {
          clearTimeout(ends);
          resolve(this.closeCode);
        } else this.#waiting.push(look);
      };
      look();
    });
  }

  /** Ends the connection without a word. */
  terminate(): void {
    this.#socket.terminate();
  }

  #wake(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }

  #onMessage(data: Buffer, binary: boolean): void {
    try {
      this.#run.must("CONN-044", !binary, "text messages under segue.connect.v1.json", "a binary message");
      const frame = JSON.parse(data.toString("utf8"));
      this.frames.push(frame);
      this.observer.receive(frame);
      this.#play(frame);
    } catch (error) {
      this.#failure ??= error;
    }
    this.#wake();
  }

  /** What a player does by itself. */
  #play(frame: Json): void {
    if (frame.volumeRequest) {
      const { volume = 0, seq } = frame.volumeRequest;
      this.#send({ volumeReport: { volume, seq } });
    }
    if (!this.info.player) return;
    if (frame.prepare)
      this.#send({ prepared: { epoch: frame.prepare.epoch, clientSentUs: String(nowUs()) } });
    if (frame.revoke) {
      // Where this device stops is what it played itself, whatever the session has come to mean meanwhile.
      const anchor = this.#leaseEpoch > 0 && this.#played ? { ...this.#played, rateMilli: 0 } : undefined;
      this.#leaseEpoch = 0;
      this.#send({ released: { epoch: frame.revoke.epoch, ...(anchor && { anchor }) } });
    }
    if (frame.leaseGrant) this.#leaseEpoch = Number(frame.leaseGrant.epoch ?? 0);
    if (frame.leaseGrant || frame.delta || frame.snapshot) this.#report();
  }

  #lastReported = "";
  /** Anchor of the last report. */
  #played: Json | null = null;

  /** Tells that the newest intent is carried out, as a player that does everything at once. */
  #report(): void {
    const { state, stamp } = this.observer;
    if (this.#leaseEpoch === 0 || this.#leaseEpoch !== stamp.epoch || !state) return;
    const { version = 0, positionMs = 0, itemUid = "" } = state.cue ?? {};
    const about = JSON.stringify([stamp.epoch, version, state.wantPlaying, state.current?.uid]);
    if (about === this.#lastReported) return;
    this.#lastReported = about;
    const uid = state.current?.uid ?? itemUid;
    const anchor = {
      itemUid: uid,
      positionMs: String(positionMs),
      atServerUs: String(this.observer.welcome?.serverTimeUs ?? 0),
      rateMilli: state.wantPlaying ? 1000 : 0,
      uncertaintyUs: 1000,
      durationMs: "200000",
      audible: true,
    };
    this.#played = uid ? anchor : null;
    this.#reportSeq += 1;
    this.#send({
      report: {
        epoch: String(stamp.epoch),
        reportSeq: this.#reportSeq,
        appliedVersion: String(stamp.version),
        ...(uid ? { anchor } : { ended: true }),
      },
    });
  }

  #send(frame: Json): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }
}
