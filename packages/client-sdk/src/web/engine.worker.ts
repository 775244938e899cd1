/** Entry of the engine's worker. It is built to one file without imports. */
import { baseEnvironment } from "../engine/base-environment";
import { AacDecoder } from "../engine/decode/aac";
import { warmVorbis } from "../engine/decode/vorbis";
import { EngineCore } from "../engine/engine-core";
import type { EngineEnvironment } from "../engine/engine-environment";
import type { EngineEvent } from "../ports/engine";
import type { WorkerCommand, WorkerMessage } from "./worker-protocol";
import { WorkletLink } from "./worklet-link";

const STATS_EVERY_MS = 250;

interface WorkerScope {
  postMessage(message: WorkerMessage): void;
  close(): void;
  onmessage: ((event: MessageEvent<WorkerCommand>) => void) | null;
}
const scope = globalThis as unknown as WorkerScope;

let core: EngineCore | null = null;
let link: WorkletLink | null = null;

function emit(event: EngineEvent): void {
  if (!core) return;
  const plain =
    event.type === "failed"
      ? {
          ...event,
          error: { code: event.error.code, detail: event.error.detail ?? reasonOf(event.error.cause) },
        }
      : event;
  scope.postMessage({ type: "event", event: plain, stats: core.stats() });
}

/** An error's cause does not cross to the page; what it says does. */
const reasonOf = (cause: unknown) => (cause instanceof Error ? cause.message : undefined);

function init(command: WorkerCommand & { type: "init" }): void {
  link = new WorkletLink(command.port, command.sampleRateHz, command.shared);
  const base = baseEnvironment({ baseUrl: command.baseUrl });
  const openDecoder: EngineEnvironment["openDecoder"] = (manifest, reader) =>
    manifest.codec === "aac" ? AacDecoder.open(reader) : base.openDecoder(manifest, reader);
  core = new EngineCore({ ...base, openDecoder }, link, emit);
  setInterval(() => core && scope.postMessage({ type: "stats", stats: core.stats() }), STATS_EVERY_MS);
  void warmVorbis()
    .catch(() => undefined)
    .then(() => scope.postMessage({ type: "ready" }));
}

function obey(engine: EngineCore, command: WorkerCommand): void {
  switch (command.type) {
    case "latency":
      if (link) link.latency = command.ms;
      return;
    case "head":
      engine.fetchHead(command.head);
      return;
    case "start":
      engine.start(command.item, command.paused);
      return;
    case "append":
      engine.append(command.item);
      return;
    case "truncateAfter":
      engine.truncateAfter(command.uid);
      return;
    case "seek":
      engine.seek(command.frame);
      return;
    case "paused":
      engine.setPaused(command.paused);
      return;
    case "whenSilent":
      void engine.whenSilent().then(() => scope.postMessage({ type: "silent", id: command.id }));
      return;
    case "volume":
      engine.setVolume(command.volume);
      return;
    case "license":
      engine.setLicense(command.license);
      return;
    case "replaceUrl":
      engine.replaceUrl(command.uid, command.url);
      return;
    case "close":
      engine.close();
      scope.close();
      return;
    default:
      return;
  }
}

scope.onmessage = (event) => {
  const command = event.data;
  if (command.type === "init") init(command);
  else if (core) obey(core, command);
};
