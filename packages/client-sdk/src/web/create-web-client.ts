import { fetchHttp } from "../api/fetch-http";
import { createClient, parseOrigin } from "../assembly/create-client";
import { offeredCodecs } from "../assembly/offered-codecs";
import { OWN_CLIENTS } from "../auth/authority";
import type { ClientOptions, SegueClient } from "../client";
import { webSockets } from "../connect/web-socket";
import { systemClock } from "../ports/clock";
import { browserSignIn } from "./auth/browser-sign-in";
import { attachMediaSession } from "./media-session";
import { playableCodecs } from "./playable-codecs";
import { webStores } from "./storage/web-stores";
import { watchPage } from "./watch-page";
import { createWebEngine, type WebEngineOptions } from "./web-engine";

export interface WebClientOptions extends ClientOptions {
  /** Page that calls `completeSignIn()`. Default `/auth-callback.html` on the page's origin. */
  readonly redirectUri?: string;
  /** OpenID issuer. Default: the one that the server names. */
  readonly issuer?: string;
  /** Where the engine's files are, and whoever listens to its output. */
  readonly engine?: WebEngineOptions;
  /** Name under which the browser keeps tokens and device keys. Default: one per server and client id. */
  readonly storageName?: string;
}

/**
 * A client for browsers. Returns at once; `client.auth.state` is `signing_in` while an earlier sign-in is restored.
 * @throws SegueError `invalid_argument` when `serverUrl` is not an http(s) URL
 */
export function createWebClient(options: WebClientOptions): SegueClient {
  const origin = parseOrigin(options.serverUrl);
  const clientId = options.clientId ?? OWN_CLIENTS.authorizationCode;
  const stores = webStores(options.storageName ?? `segue ${origin} ${clientId}`);
  const redirectUri = options.redirectUri ?? new URL("/auth-callback.html", window.location.origin).href;
  const engine = createWebEngine({ baseUrl: origin, ...options.engine });
  let playable: ReturnType<typeof playableCodecs> | null = null;
  const codecs = async () => {
    playable ??= playableCodecs();
    return offeredCodecs(await playable, options.codecs);
  };
  let detach = () => {};
  let unwatch = () => {};
  const client = createClient({
    ...stores,
    origin,
    clientId: options.clientId ?? null,
    issuer: options.issuer ?? null,
    grant: "authorizationCode",
    deviceName: options.deviceName ?? "Web player",
    deviceType: "web",
    codecs,
    http: fetchHttp(),
    clock: systemClock,
    engine,
    leaving: () => document.visibilityState === "hidden",
    sockets: webSockets(WebSocket),
    interactive: (oauth) => browserSignIn(oauth, redirectUri),
    async close() {
      detach();
      unwatch();
      await stores.close();
    },
  });
  unwatch = watchPage(client.events);
  detach = attachMediaSession(client.player, client.api);
  // Worker, worklet and decoder are there before the first press; a failure here shows again when something is played.
  client.onAuth(({ kind }) => {
    if (kind === "signed_in") void engine.prepare().catch(() => undefined);
  });
  return client;
}
