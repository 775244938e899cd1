/** The client as an application sees it; `createWebClient()` and `createNodeClient()` make one. */
import type { Codec, ErrorCode } from "@segue/core";
import type { Api } from "./surface/api";
import type { Auth, AuthState } from "./surface/auth";
import type { Connect } from "./surface/connect";
import type { Events } from "./surface/events";
import type { InspectorSnapshot } from "./surface/inspector";
import type { Player } from "./surface/player";

export type * from "./surface/api";
export type * from "./surface/auth";
export type * from "./surface/connect";
export type * from "./surface/events";
export type * from "./surface/inspector";
export type * from "./surface/player";

/** A client of one server. One per page or program is enough. */
export interface SegueClient {
  readonly auth: Auth;
  readonly api: Api;
  readonly player: Player;
  readonly events: Events;
  readonly connect: Connect;
  /** Calls `listener` whenever the sign-in changes, also in another tab. Returns a function that stops it. */
  onAuth(listener: (state: AuthState) => void): () => void;
  inspect(): InspectorSnapshot;
  /** Stops the sound and frees everything. The sign-in is kept; `auth.signOut()` ends it. */
  close(): Promise<void>;
}

/** Options that every client shares. */
export interface ClientOptions {
  /** Origin of the server, such as `http://127.0.0.1:4600`. */
  readonly serverUrl: string;
  /** OAuth client id registered at the issuer. Default: the one that the server names. */
  readonly clientId?: string;
  /** Shown in the listener's list of devices. Default `Web player` in browsers, the host's name in Node. */
  readonly deviceName?: string;
  /** What to ask for, best first, of what this device can play. Default: all of it, Vorbis before AAC. */
  readonly codecs?: readonly Codec[];
}

export type { ErrorCode };
