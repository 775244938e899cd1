import { SegueError } from "@segue/core";

const BLOCKED_AFTER_MS = 400;

/** Frames as they were sent to the sound card. */
export interface TappedAudio {
  readonly left: Float32Array;
  readonly right: Float32Array;
}

/** The page's AudioContext and the worklet node in it. */
export class WebOutput {
  readonly context: AudioContext;
  readonly #node: AudioWorkletNode;

  private constructor(context: AudioContext, node: AudioWorkletNode) {
    this.context = context;
    this.#node = node;
  }

  /** Loads the worklet. @throws SegueError `output_failed` */
  static async open(workletUrl: string | URL, sampleRate: number, port: MessagePort): Promise<WebOutput> {
    let context: AudioContext | null = null;
    try {
      context = new AudioContext({ sampleRate, latencyHint: "interactive" });
      await context.audioWorklet.addModule(workletUrl);
      const node = new AudioWorkletNode(context, "segue-output", {
        numberOfInputs: 0,
        outputChannelCount: [2],
      });
      node.connect(context.destination);
      node.port.postMessage({ type: "connect", port }, [port]);
      return new WebOutput(context, node);
    } catch (cause) {
      void context?.close().catch(() => undefined);
      throw new SegueError("output_failed", { detail: "the AudioWorklet could not be loaded", cause });
    }
  }

  get latencyMs(): number {
    const { baseLatency = 0, outputLatency = 0 } = this.context;
    return Math.max(baseLatency, outputLatency) * 1000;
  }

  /** Lets the sound flow. @throws SegueError `output_blocked` when the browser wants a gesture first */
  async resume(): Promise<void> {
    if (this.context.state === "running") return;
    // A blocked context leaves the promise pending, so a timer decides; a later gesture settles it.
    const resumed = this.context.resume().then(
      () => true,
      () => false,
    );
    const waited = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), BLOCKED_AFTER_MS));
    await Promise.race([resumed, waited]);
    if ((this.context.state as string) !== "running") throw new SegueError("output_blocked");
  }

  /** Hands every rendered block to `listener`, for tests and meters. */
  tap(listener: (audio: TappedAudio) => void): void {
    this.#node.port.onmessage = (event: MessageEvent<TappedAudio>) => listener(event.data);
    this.#node.port.postMessage({ type: "tap" });
  }

  async close(): Promise<void> {
    this.#node.disconnect();
    await this.context.close().catch(() => undefined);
  }
}
