/** What a server says about itself and has in its catalog, read once before the checks. */

/** A track of the server's catalog, as far as checks use it. */
export interface TrackFact {
  readonly id: string;
  readonly albumId: string;
  readonly durationMs: number;
  readonly explicit: boolean;
  readonly mediaState: string;
}

/** Tracks that a catalog does not show by itself; a credentials file may name them. */
export interface NamedTracks {
  /** Refused in `market`, and to be heard elsewhere. */
  readonly marketBlocked?: { readonly id: string; readonly market: string } | undefined;
  readonly notYetAvailable?: { readonly id: string; readonly availableAtMs: number } | undefined;
  readonly noLongerAvailable?: { readonly id: string } | undefined;
  /** Its renditions need the premium plan. */
  readonly premiumOnly?: { readonly id: string } | undefined;
  readonly mediaFailed?: { readonly id: string } | undefined;
}

/** Facts about a server. */
export interface Facts {
  readonly name: string;
  readonly version: string;
  readonly protocolVersion: string;
  readonly sandbox: boolean;
  readonly codecs: readonly string[];
  /** Names of what `GET /v1/capabilities` lists as available to a listener. */
  readonly features: ReadonlySet<string>;
  /** Tracks that can be played now, at most 200. */
  readonly playable: readonly TrackFact[];
  readonly tracks: readonly TrackFact[];
  readonly albumIds: readonly string[];
  readonly artistIds: readonly string[];
  readonly playlistIds: readonly string[];
  /** Paths of artwork. */
  readonly images: readonly string[];
  readonly named: NamedTracks;
}
