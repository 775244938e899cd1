/** The reference catalog's tracks with availability rules: one rule each, laid over what was ingested. */
import type { StoreChange, StoredPlayable } from "@segue/server-reference";
import type { NamedTracks } from "./facts";

const DAY_MS = 86_400_000;

/** What is other about a track than what its master gave it. */
export interface TrackRule {
  /** Where it is decided what may be played. */
  readonly playable: (track: StoredPlayable) => StoredPlayable;
  /** What the catalog shows. */
  readonly shown?: { readonly explicit: true } | { readonly mediaState: "failed" };
}

/** Rules by id of the track. */
export type TrackRules = ReadonlyMap<string, TrackRule>;

/** A rule for each of `ids`, and how a credentials file would name the tracks. */
export function rulesFor(
  ids: readonly string[],
  nowMs: number,
): { readonly rules: TrackRules; readonly tracks: NamedTracks } {
  const [market, soon, gone, explicit, premium, failed] = ids;
  if (!market || !soon || !gone || !explicit || !premium || !failed) throw new Error("six tracks are needed");
  const availableAtMs = nowMs + DAY_MS;
  const available = (change: StoredPlayable["availability"]) => (track: StoredPlayable) => ({
    ...track,
    availability: { ...track.availability, ...change },
  });
  const rules = new Map<string, TrackRule>([
    [market, { playable: available({ markets: ["SE"] }) }],
    [soon, { playable: available({ from: availableAtMs }) }],
    [gone, { playable: available({ until: nowMs - DAY_MS }) }],
    [explicit, { playable: (track) => ({ ...track, explicit: true }), shown: { explicit: true } }],
    [
      premium,
      {
        playable: (track) => ({ ...track, renditions: track.renditions.filter(({ tier }) => tier === 320) }),
      },
    ],
    [
      failed,
      {
        playable: (track) => ({ ...track, mediaState: "failed", renditions: [] }),
        shown: { mediaState: "failed" },
      },
    ],
  ]);
  const tracks: NamedTracks = {
    marketBlocked: { id: market, market: "DE" },
    notYetAvailable: { id: soon, availableAtMs },
    noLongerAvailable: { id: gone },
    premiumOnly: { id: premium },
    mediaFailed: { id: failed },
  };
  return { rules, tracks };
}

/** Stores that keep `rules`. */
export function keepRules(rules: TrackRules): StoreChange {
  return ({ playable, catalog }) => ({
    playable: {
      tracks: async (ids) => {
        const found = await playable.tracks(ids);
        return found.map((track) => rules.get(track.id)?.playable(track) ?? track);
      },
    },
    catalog: {
      ...catalog,
      tracks: async (ids) =>
        (await catalog.tracks(ids)).map((track) => ({ ...track, ...rules.get(track.id)?.shown })),
    },
  });
}
