/** Where the tokens of a sign-in live. Implementations: IndexedDB (web), a file (Node), memory. */
import type { Milliseconds } from "@segue/core";

export interface TokenSet {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  /** When the access token stops working, milliseconds since the Unix epoch. */
  readonly expiresAt: Milliseconds;
  /** OpenID issuer that gave them; they are sent to no other. Absent: whichever signs in now. */
  readonly issuer?: string;
}

export interface CredentialStore {
  load(): Promise<TokenSet | null>;
  /** Replaces what is stored; null forgets it. */
  save(tokens: TokenSet | null): Promise<void>;
  /**
   * Runs `task` while nobody else, in this program or another tab, runs one for the same store.
   * Rotated refresh tokens are spent only in here.
   */
  exclusive<T>(task: () => Promise<T>): Promise<T>;
  /** Calls `listener` after another tab has saved. Returns a function that stops it. */
  onChange(listener: () => void): () => void;
}
