/** Who listens, and how they sign in. */
import type { Milliseconds, SegueError } from "@segue/core";
import type { CallOptions, User } from "./api";

export type AuthState =
  | {
      readonly kind: "signed_out";
      /**
       * Why a sign-in did not succeed or has ended by itself: `aborted` when the listener declined, `unauthenticated` when an
       * earlier sign-in no longer works, else what went wrong. null before any attempt and after `signOut()`.
       */
      readonly error: SegueError | null;
    }
  | { readonly kind: "signing_in" }
  | { readonly kind: "signed_in"; readonly user: User };

/** The code that a listener types on another device during the device grant. */
export interface DeviceCode {
  readonly userCode: string;
  readonly verificationUri: string;
  readonly verificationUriComplete: string | null;
  readonly expiresAt: Milliseconds;
}

export interface Auth {
  readonly state: AuthState;
  /** Resolves once an earlier sign-in was restored, or found to be absent. Never rejects. */
  whenReady(): Promise<AuthState>;
  /**
   * Browsers only: OAuth with PKCE, in a popup (default; call it from a click) or by leaving the page. After a redirect
   * `whenReady()` on the page that comes back says how it went. @throws SegueError `aborted` when the listener declined or
   * closed the window, or `signal` did; `sign_in_failed`
   */
  signIn(options?: { readonly mode?: "popup" | "redirect"; readonly signal?: AbortSignal }): Promise<User>;
  /**
   * For devices without a browser: calls `show` with a code and an address for the listener's phone, and resolves once the code
   * was approved there. @throws SegueError `aborted` when the listener declined, or `signal` did; `sign_in_failed`
   */
  signInWithDeviceCode(show: (code: DeviceCode) => void, options?: CallOptions): Promise<User>;
  /** Revokes the tokens and forgets them. */
  signOut(): Promise<void>;
}
