import type { OutputLink } from "../engine/engine-environment";
import type { OutputCommand, OutputMessage } from "../engine/output/protocol";

/** The way from the worker to the AudioWorklet: a port of their own, which a busy page cannot hold up. */
export class WorkletLink implements OutputLink {
  readonly kind: "shared-memory" | "messages";
  readonly sampleRateHz: number;
  latency = 0;
  readonly #port: MessagePort;

  constructor(port: MessagePort, sampleRateHz: number, shared: boolean) {
    this.#port = port;
    this.sampleRateHz = sampleRateHz;
    this.kind = shared ? "shared-memory" : "messages";
  }

  latencyMs(): number {
    return this.latency;
  }

  send(command: OutputCommand): void {
    const transfer =
      command.type === "pcm" ? [command.left.buffer as ArrayBuffer, command.right.buffer as ArrayBuffer] : [];
    this.#port.postMessage(command, transfer);
  }

  listen(listener: (message: OutputMessage) => void): void {
    this.#port.onmessage = (event: MessageEvent<OutputMessage>) => listener(event.data);
  }
}
