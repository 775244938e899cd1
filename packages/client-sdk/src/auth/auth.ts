import { SegueError } from "@segue/core";
import { userSchema } from "@segue/core/wire";
import { parseAs } from "../api/parse-as";
import type { Auth, AuthState, CallOptions, DeviceCode, User } from "../client";
import type { Clock } from "../ports/clock";
import type { CredentialStore, TokenSet } from "../ports/credentials";
import type { IndexStore } from "../ports/index-store";
import { runDeviceGrant } from "./device-grant";
import type { OAuthClient } from "./oauth-client";
import type { TokenSession } from "./session";

/** How a sign-in leaves the program: by popup or redirect in browsers, not at all in Node. */
export interface InteractiveSignIn {
  /** Resolves with tokens; never resolves when the page is left. */
  signIn(options: { readonly mode: "popup" | "redirect"; readonly signal?: AbortSignal }): Promise<TokenSet>;
  /** Tokens of a redirect that has just come back, or null. */
  resume(): Promise<TokenSet | null>;
}

export interface AuthOptions {
  readonly oauth: OAuthClient;
  readonly session: TokenSession;
  readonly store: CredentialStore;
  readonly index: IndexStore;
  readonly clock: Clock;
  readonly interactive: InteractiveSignIn | null;
  readonly me: () => Promise<User>;
  readonly onState: (state: AuthState) => void;
}

const USER_KEY = "user";

export interface AuthDriver extends Auth {
  /** The sign-in has ended without the listener's doing. */
  lost(): void;
}

/** Signs in and out, restores an earlier sign-in, and follows what other tabs do. */
export function createAuth(options: AuthOptions): AuthDriver {
  const { oauth, session, store, index, clock, interactive, me, onState } = options;
  let state: AuthState = { kind: "signing_in" };
  const ready = restore().then(() => state);

  function set(next: AuthState): void {
    state = next;
    onState(next);
  }

  async function restore(): Promise<void> {
    let error: SegueError | null = null;
    try {
      const tokens = await interactive?.resume();
      if (tokens) await session.adopt(tokens);
    } catch (cause) {
      error = SegueError.from(cause, "sign_in_failed");
    }
    try {
      if (await session.signedIn()) return set({ kind: "signed_in", user: await currentUser() });
    } catch (cause) {
      // A sign-in that cannot be restored is no sign-in; the listener signs in again.
      error ??= SegueError.from(cause, "unavailable");
    }
    set({ kind: "signed_out", error });
  }

  /** Offline, the user of the last visit is who listens. */
  async function currentUser(): Promise<User> {
    try {
      const user = await me();
      await index.put(USER_KEY, user);
      return user;
    } catch (error) {
      const known = await index.get(USER_KEY).catch(() => null);
      if (!SegueError.is(error) || !error.retryable || known === null) throw error;
      return parseAs(userSchema, known, "the stored user");
    }
  }

  async function become(obtain: () => Promise<TokenSet>): Promise<User> {
    await ready;
    if (state.kind === "signed_in") return state.user;
    set({ kind: "signing_in" });
    try {
      await session.adopt(await obtain());
      const user = await currentUser();
      set({ kind: "signed_in", user });
      return user;
    } catch (cause) {
      const error = SegueError.from(cause, "sign_in_failed");
      await store.save(null).catch(() => undefined);
      set({ kind: "signed_out", error });
      throw error;
    }
  }

  async function followOtherTab(): Promise<void> {
    await ready;
    const signedIn = await session.signedIn();
    if (signedIn && state.kind === "signed_out") set({ kind: "signed_in", user: await currentUser() });
    if (!signedIn && state.kind === "signed_in") set({ kind: "signed_out", error: null });
  }
  store.onChange(() => void followOtherTab().catch(() => undefined));

  return {
    get state() {
      return state;
    },
    whenReady: () => ready,
    signIn({ mode = "popup", signal } = {}) {
      return become(() => {
        if (!interactive)
          throw new SegueError("sign_in_failed", { detail: "use signInWithDeviceCode() here" });
        return interactive.signIn({ mode, ...(signal ? { signal } : {}) });
      });
    },
    signInWithDeviceCode(show: (code: DeviceCode) => void, { signal }: CallOptions = {}) {
      return become(() => runDeviceGrant(oauth, clock, show, signal));
    },
    async signOut() {
      await ready;
      await session.end();
      await index.delete(USER_KEY).catch(() => undefined);
      if (state.kind !== "signed_out") set({ kind: "signed_out", error: null });
    },
    lost() {
      const error = new SegueError("unauthenticated", { detail: "the sign-in has ended" });
      if (state.kind === "signed_in") set({ kind: "signed_out", error });
    },
  };
}
