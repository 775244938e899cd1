/** What a server can do for whoever asks. */
import type { User } from "../http/principal";

/** One thing that a server may be able to do. */
export interface Capability {
  readonly name: string;
  /** Why `user` cannot have it, as a sentence; null when it is there. `user` is null without a token. */
  readonly missing: (user: User | null) => string | null | Promise<string | null>;
}

/** For everybody who has signed in. */
export const signedIn = (user: User | null): string | null => (user ? null : "Sign in first.");

/** For listeners with the premium plan. */
export const premium = (user: User | null): string | null =>
  signedIn(user) ?? (user?.plan === "premium" ? null : "Part of the premium plan.");
