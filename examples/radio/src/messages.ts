import type { FeatureName, SessionTrack } from "@segue/core/recommend";

/** What the page asks of the worker. */
export type Request =
  | { readonly kind: "open"; readonly tracks: number; readonly seed: number }
  | { readonly kind: "start"; readonly at: number }
  | { readonly kind: "radio"; readonly session: readonly SessionTrack[]; readonly varied: boolean };

/** A track as the page shows it. */
export interface ShownTrack {
  readonly id: string;
  readonly title: string;
  readonly artist: string;
  /** From the session's mean, in standard deviations; absent for a track that was not proposed. */
  readonly distance?: number;
  readonly alike?: readonly FeatureName[];
}

/** What the worker answers; times are in milliseconds. */
export type Answer =
  | { readonly kind: "opened"; readonly tracks: number; readonly buildMs: number }
  | { readonly kind: "started"; readonly first: ShownTrack }
  | { readonly kind: "radio"; readonly list: readonly ShownTrack[]; readonly searchMs: number }
  | { readonly kind: "failed"; readonly message: string };
