import { createHash } from "node:crypto";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { type DeviceType, type Milliseconds, SegueError } from "@segue/core";
import { fetchHttp } from "../api/fetch-http";
import { createClient, parseOrigin } from "../assembly/create-client";
import { offeredCodecs } from "../assembly/offered-codecs";
import { OWN_CLIENTS } from "../auth/authority";
import type { ClientOptions, SegueClient } from "../client";
import { type WebSocketConstructor, webSockets } from "../connect/web-socket";
import { memoryOutbox } from "../memory/memory-outbox";
import { memoryCredentials, memoryIndex, memoryKeys } from "../memory/memory-stores";
import type { AudioOutput } from "../ports/audio-output";
import { systemClock } from "../ports/clock";
import type { TokenSet } from "../ports/credentials";
import { closeAtExit } from "./close-at-exit";
import { createNodeEngine } from "./node-engine";
import { CommandOutput } from "./outputs/command-output";
import { NullOutput } from "./outputs/null-output";
import { WavOutput } from "./outputs/wav-output";
import { nodeStores } from "./storage/node-stores";

/** Where the sound goes: nowhere, into a WAV file, as raw PCM to a command, or to an output of your own. */
export type NodeOutput =
  | "null"
  | { readonly wav: string }
  /** `latencyMs`: time from a write to the ear; see `CommandOutput`. */
  | { readonly command: readonly string[]; readonly latencyMs?: Milliseconds }
  | AudioOutput;

export interface NodeClientOptions extends ClientOptions {
  readonly output: NodeOutput;
  /** OpenID issuer. Default: the one that the server names. */
  readonly issuer?: string;
  /** Directory for tokens and device keys; null keeps them in memory. Default `~/.segue-client/` and one folder per server. */
  readonly dataDir?: string | null;
  /** WebSocket class for Connect, such as the one of the package `ws`. Default: the global one, where there is one. */
  readonly webSocket?: WebSocketConstructor;
  /** Kind of device that others see. Default `desktop`. */
  readonly deviceType?: DeviceType;
  /** Tokens got elsewhere, such as a sandbox's. Kept in place of stored ones. */
  readonly tokens?: TokenSet;
}

/**
 * A client for Node. Returns at once; await `client.auth.whenReady()` or a sign-in before playing. The program stays alive while
 * music plays or is being loaded, not for the client's sake alone; what it leaves open is closed when it ends by itself.
 * @throws SegueError `invalid_argument` when `serverUrl` or `output` is not allowed; `codec_unsupported` when `codecs` names
 * nothing that plays in Node, which is Vorbis
 */
export function createNodeClient(options: NodeClientOptions): SegueClient {
  const origin = parseOrigin(options.serverUrl);
  const clientId = options.clientId ?? OWN_CLIENTS.deviceCode;
  const codecs = offeredCodecs(["vorbis"], options.codecs);
  const stores =
    options.dataDir === null
      ? { credentials: memoryCredentials(), keys: memoryKeys(), index: memoryIndex(), outbox: memoryOutbox() }
      : nodeStores(options.dataDir ?? join(homedir(), ".segue-client", folderOf(origin, clientId)));
  const { tokens } = options;
  const WebSocketClass =
    options.webSocket ?? (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket ?? null;
  const credentials = tokens ? memoryCredentials(tokens) : stores.credentials;
  let stayOpen = () => {};
  const client = createClient({
    ...stores,
    credentials,
    origin,
    clientId: options.clientId ?? null,
    issuer: options.issuer ?? null,
    grant: "deviceCode",
    deviceName: (options.deviceName ?? hostname()) || "Node",
    deviceType: options.deviceType ?? "desktop",
    codecs: async () => codecs,
    http: fetchHttp(),
    clock: systemClock,
    engine: createNodeEngine({ output: openOutput(options.output), baseUrl: origin }),
    sockets: WebSocketClass ? webSockets(WebSocketClass) : null,
    interactive: null,
    close: async () => stayOpen(),
  });
  stayOpen = closeAtExit(client.close);
  return client;
}

function openOutput(output: NodeOutput): AudioOutput {
  if (output === "null") return new NullOutput();
  if (typeof output === "object" && output !== null) {
    if ("wav" in output) return new WavOutput(output.wav);
    if ("command" in output && output.command[0])
      return new CommandOutput(output.command[0], output.command.slice(1), output);
    if ("write" in output) return output;
  }
  throw new SegueError("invalid_argument", {
    detail: 'output must be "null", { wav }, { command } or an AudioOutput',
  });
}

function folderOf(origin: string, clientId: string): string {
  return createHash("sha256").update(`${origin} ${clientId}`).digest("hex").slice(0, 16);
}
