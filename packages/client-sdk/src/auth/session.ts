import { SegueError } from "@segue/core";
import type { TokenSource } from "../api/transport";
import type { Clock } from "../ports/clock";
import type { CredentialStore, TokenSet } from "../ports/credentials";
import type { OAuthClient } from "./oauth-client";

/** A token this close to its end is refreshed before it is used. */
const EARLY_MS = 20_000;

/** The tokens of a sign-in: loads, refreshes once for all who wait, rotates across tabs, revokes. */
export interface TokenSession extends TokenSource {
  /** Whether there are tokens. */
  signedIn(): Promise<boolean>;
  adopt(tokens: TokenSet): Promise<void>;
  /** Forgets the tokens and revokes them; resolves even when the server cannot be reached. */
  end(): Promise<void>;
}

export interface TokenSessionOptions {
  readonly oauth: Pick<OAuthClient, "refresh" | "revoke">;
  readonly store: CredentialStore;
  readonly clock: Clock;
  /** The sign-in has ended without the listener's doing. */
  readonly onLost: () => void;
}

export function createTokenSession({ oauth, store, clock, onLost }: TokenSessionOptions): TokenSession {
  let refreshing: Promise<TokenSet | null> | null = null;

  /** Within the store's lock, so that of all tabs one spends the refresh token and the others read what it got. */
  function refreshOnce(refused: string): Promise<TokenSet | null> {
    refreshing ??= store
      .exclusive(async () => {
        const held = await store.load();
        if (!held) return null;
        if (held.accessToken !== refused && held.expiresAt - EARLY_MS > clock.wallMs()) return held;
        const fresh = held.refreshToken === null ? null : await renew(held.refreshToken, held.issuer);
        await store.save(fresh);
        if (!fresh) onLost();
        return fresh;
      })
      .finally(() => {
        refreshing = null;
      });
    return refreshing;
  }

  async function renew(refreshToken: string, issuer?: string): Promise<TokenSet | null> {
    try {
      return await oauth.refresh(refreshToken, issuer);
    } catch (error) {
      if (SegueError.is(error) && error.code === "unauthenticated") return null;
      throw error;
    }
  }

  return {
    async token() {
      const held = await store.load();
      if (!held) return null;
      if (held.expiresAt - EARLY_MS > clock.wallMs()) return held.accessToken;
      return (await refreshOnce(held.accessToken))?.accessToken ?? null;
    },
    async refresh(refused) {
      return (await refreshOnce(refused))?.accessToken ?? null;
    },
    async signedIn() {
      return (await store.load()) !== null;
    },
    adopt: (tokens) => store.save(tokens),
    async end() {
      const held = await store.exclusive(async () => {
        const tokens = await store.load();
        await store.save(null);
        return tokens;
      });
      if (!held) return;
      await oauth.revoke(held.refreshToken ?? held.accessToken, held.issuer).catch(() => undefined);
    },
  };
}
