import { type Codec, type DeviceType, SegueError, upcoming } from "@segue/core";
import { createApi } from "../api/api-client";
import { createTransport } from "../api/transport";
import { createAuth, type InteractiveSignIn } from "../auth/auth";
import { findAuthority, type GrantKind } from "../auth/authority";
import { createOAuthClient, type OAuthClient } from "../auth/oauth-client";
import { createTokenSession } from "../auth/session";
import type { AuthState, InspectorSnapshot, SegueClient } from "../client";
import { createConnect } from "../connect/connect";
import { createDeviceIdentity } from "../device/registration";
import { createEvents, type EventsDriver } from "../events/events";
import { createLicenseService } from "../license/license-service";
import { createServerKeys } from "../license/server-keys";
import { createGrants } from "../player/grants";
import { createInspectorLog } from "../player/inspector-log";
import { createPlayer, type PlayerDriver } from "../player/player";
import { createStartTimer } from "../player/start-timer";
import type { Clock } from "../ports/clock";
import type { CredentialStore } from "../ports/credentials";
import type { Engine } from "../ports/engine";
import type { HttpClient } from "../ports/http";
import type { IndexStore } from "../ports/index-store";
import type { KeyStore } from "../ports/key-store";
import type { OutboxStore } from "../ports/outbox-store";
import type { SocketFactory } from "../ports/socket";
import { createEmitter } from "../surface/emitter";
import { startHeartbeat } from "./heartbeat";

/** Everything that differs between runtimes. */
export interface Platform {
  /** Origin of the server, as `parseOrigin` gives it. */
  readonly origin: string;
  /** OpenID issuer and client id that the application chose; null for those that the server names. */
  readonly issuer: string | null;
  readonly clientId: string | null;
  readonly grant: GrantKind;
  readonly deviceName: string;
  readonly deviceType: DeviceType;
  /** What the engine can play here, best first; never empty. @throws SegueError `codec_unsupported` */
  readonly codecs: () => Promise<readonly Codec[]>;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly credentials: CredentialStore;
  readonly keys: KeyStore;
  readonly index: IndexStore;
  readonly engine: Engine;
  readonly outbox: OutboxStore;
  /** Whether the page is about to go. Default: never. */
  readonly leaving?: () => boolean;
  /** Null where there are no WebSockets. */
  readonly sockets: SocketFactory | null;
  readonly interactive: ((oauth: OAuthClient) => InteractiveSignIn) | null;
  /** Frees what the platform opened. */
  readonly close: () => Promise<void>;
}

const SCOPE = "openid profile offline_access";

/** Puts the parts together. */
export function createClient(
  platform: Platform,
): SegueClient & { readonly player: PlayerDriver; readonly events: EventsDriver } {
  const { origin, http, clock, index, engine, deviceType, codecs } = platform;
  const log = createInspectorLog(clock);
  const timer = createStartTimer(clock);
  const listeners = createEmitter<{ auth: [state: AuthState] }>();

  const oauth = createOAuthClient({
    authority: () =>
      findAuthority({
        ...platform,
        // Without a token: it may be asked in order to get one.
        capabilities: () => transport.call({ method: "GET", path: "/v1/capabilities", token: "none" }),
      }),
    scope: SCOPE,
    http,
    clock,
  });
  const session = createTokenSession({
    oauth,
    store: platform.credentials,
    clock,
    onLost: () => auth.lost(),
  });
  const transport = createTransport({ origin, http, clock, tokens: session, random: Math.random });
  const api = createApi({ origin, transport, codecs, deviceType, deviceId: () => device.identify() });
  const device = createDeviceIdentity({
    transport,
    keys: platform.keys,
    index,
    name: platform.deviceName,
    type: deviceType,
  });
  const license = createLicenseService({
    transport,
    keys: createServerKeys(transport),
    index,
    clock,
    bootId: crypto.randomUUID(),
    onChange: (state) => engine.setLicense(state),
  });
  const userId = () => {
    if (auth.state.kind !== "signed_in") throw new SegueError("not_signed_in");
    return auth.state.user.id;
  };
  const grants = createGrants({ origin, transport, device, license, codecs, userId });
  const events = createEvents({
    engine,
    transport,
    store: platform.outbox,
    clock,
    deviceId: async (user) => (await device.registered(user)).id,
    forgetDevice: (user) => device.forgotten(user),
    userId: () => (auth.state.kind === "signed_in" ? auth.state.user.id : null),
    leaving: platform.leaving ?? (() => false),
    onError: (error) => log.add("error", `events: ${error.code}`),
  });
  const { recorder } = events;
  const player = createPlayer({
    engine,
    api,
    grants,
    clock,
    log,
    timer,
    recorder,
    seed: () => randomUint32(),
    observer: () => connect.observer,
  });
  let lastToken = "";
  const connect = createConnect({
    origin,
    sockets: platform.sockets,
    clock,
    api,
    player,
    deviceName: platform.deviceName,
    deviceType,
    registered: async () => (await device.registered(userId())).id,
    async token(fresh) {
      const token = fresh ? await session.refresh(lastToken) : await session.token();
      lastToken = token ?? "";
      return token;
    },
  });

  const auth = createAuth({
    oauth,
    session,
    store: platform.credentials,
    index,
    clock,
    interactive: platform.interactive?.(oauth) ?? null,
    me: () => api.me(),
    onState(state) {
      if (state.kind === "signed_in") void ready(state.user.id);
      if (state.kind === "signed_in") connect.signedIn();
      if (state.kind === "signed_out") {
        connect.signedOut();
        player.reset();
      }
      events.listenerChanged();
      listeners.emit("auth", state);
    },
  });

  /** What a first play needs, done before it: device, license, the server's keys. */
  async function ready(user: string): Promise<void> {
    try {
      const { id } = await device.registered(user);
      await license.open(id);
      await license.renewIfDue();
      log.add("license", license.status());
    } catch (error) {
      log.add("error", SegueError.from(error, "internal").code);
    }
  }

  const stopHeartbeat = startHeartbeat({
    clock,
    onBeat() {
      void license.observe().catch(() => undefined);
      player.tick();
    },
    onRenew() {
      if (auth.state.kind === "signed_in") void ready(auth.state.user.id);
    },
  });

  function followers(): Pick<InspectorSnapshot, "next" | "nextNext"> {
    const { state, requestedAtPercent } = player.driver;
    const following = upcoming(state.queue, 2);
    const describe = (ahead: 1 | 2) => {
      const item = following[ahead - 1];
      if (!item) return null;
      const pass = state.passes[ahead];
      const all = [
        ...player.state.upNext,
        ...player.state.contextNext,
        ...(player.state.current ? [player.state.current] : []),
      ];
      const title = all.find((entry) => entry.uid === item.uid)?.track.title ?? "";
      return { uid: item.uid, title, requestedAtPercent: pass ? requestedAtPercent(pass.id) : null };
    };
    return { next: describe(1), nextNext: describe(2) };
  }

  return {
    auth,
    api,
    player,
    events,
    connect,
    onAuth: (listener) => listeners.on("auth", listener),
    inspect() {
      const { validity } = license.state;
      return {
        engine: engine.stats(),
        deviceId: device.id,
        license: {
          status: license.status(),
          notAfterMs: validity?.notAfterMs ?? null,
          seq: validity?.seq ?? null,
        },
        clockOffsetMs: validity ? license.clockOffsetMs() : null,
        ...followers(),
        lastStart: timer.last(),
        events: events.inspect(),
        log: log.entries(),
      };
    },
    async close() {
      stopHeartbeat();
      connect.stop();
      player.close();
      await events.close();
      listeners.clear();
      await engine.close();
      await platform.close();
    },
  };
}

/** The origin of a server's URL. @throws SegueError `invalid_argument` when it is not an http(s) URL */
export function parseOrigin(serverUrl: string): string {
  try {
    const url = new URL(serverUrl);
    if (url.protocol === "http:" || url.protocol === "https:") return url.origin;
  } catch {
    // Falls through to the same answer.
  }
  throw new SegueError("invalid_argument", { detail: "serverUrl must be an http or https URL" });
}

function randomUint32(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
