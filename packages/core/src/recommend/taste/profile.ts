import { actOfPlay, type ListeningEvent, netTaste } from "../cf/confidence";
import type { ItemSpace } from "../item-space";
import { refuse } from "../refuse";
import type { TrackTable } from "../tracks/track-table";
import { Choices, type TasteEvent } from "./events";

/** What a listener's acts say of one track. */
export interface TrackTaste {
  readonly track: string;
  /** Net taste in plays, decayed to the profile's time. */
  readonly net: number;
  readonly plays: number;
  readonly skips: number;
  /** Share of the plays that were heard for 80 % or more, 0 to 1; null without a play. */
  readonly completion: number | null;
  readonly lastHeardMs: number | null;
}

/** Something and how much a listener wants it, in plays. */
export interface Weighted {
  readonly id: string;
  readonly net: number;
}

/** A listener's taste at one moment, open to be looked at. */
export interface TasteProfile {
  readonly nowMs: number;
  /** Every track that an act was about, by falling taste, then by id. */
  readonly tracks: readonly TrackTaste[];
  /** When each track was last heard; a play of any length counts. */
  readonly lastHeard: ReadonlyMap<string, number>;
  readonly liked: ReadonlySet<string>;
  /** Saved tracks, and those of saved albums. */
  readonly saved: ReadonlySet<string>;
  readonly hidden: ReadonlySet<string>;
  readonly followed: ReadonlySet<string>;
  /** By falling taste, then by id: every artist and genre of the tracks. */
  readonly artists: readonly Weighted[];
  readonly genres: readonly Weighted[];
  /** Weighted mean and variance of what is liked, in the coordinates of the audio space; null without such a track. */
  readonly audio: {
    readonly mean: Float32Array;
    readonly variance: Float32Array;
    readonly weight: number;
  } | null;
}

export interface ProfileOptions {
  readonly nowMs: number;
  readonly table: TrackTable;
  /** Tracks as points of sound; those that are missing have no part in `audio`. */
  readonly audio?: ItemSpace;
  /** Days after which an act counts half. Default 90. */
  readonly halfLifeDays?: number;
}

/**
 * Folds a listener's acts into a profile. The order of `events` does not matter, to the last bit; acts about unknown tracks are kept
 * in `lastHeard` and the choices, and left out of artists, genres and sound.
 * Throws `invalid_argument` for times and durations that are not finite numbers of at least 0.
 */
export function tasteProfile(events: Iterable<TasteEvent>, options: ProfileOptions): TasteProfile {
  const { table, nowMs } = options;
  if (!Number.isFinite(nowMs)) refuse(`nowMs is ${nowMs}.`);
  const likes = new Choices();
  const saves = new Choices();
  const hides = new Choices();
  const albums = new Choices();
  const follows = new Choices();
  const plays = new Map<string, Heard>();
  const acts: ListeningEvent[] = [];
  const act = (item: string, kind: ListeningEvent["act"], atMs: number) =>
    acts.push({ user: "", item, act: kind, atMs });
  for (const event of events) {
    const { atMs } = event;
    if (!Number.isFinite(atMs) || atMs < 0) refuse(`An act of kind ${event.kind} has the time ${atMs}.`);
    switch (event.kind) {
      case "play":
        act(event.track, heard(plays, event), atMs);
        break;
      case "like":
      case "unlike":
        likes.add(event.track, atMs, event.kind === "like");
        break;
      case "save":
      case "unsave":
        saves.add(event.track, atMs, event.kind === "save");
        break;
      case "hide":
      case "unhide":
        hides.add(event.track, atMs, event.kind === "hide");
        break;
      case "save-album":
      case "unsave-album":
        albums.add(event.album, atMs, event.kind === "save-album");
        break;
      case "follow":
      case "unfollow":
        follows.add(event.artist, atMs, event.kind === "follow");
        break;
      case "playlist-add":
        act(event.track, "playlist-add", atMs);
        break;
      default:
        refuse(`There is no act of kind ${String((event as { kind: unknown }).kind)}.`);
    }
  }
  const liked = likes.chosen;
  const saved = new Map(saves.chosen);
  for (const [album, atMs] of albums.chosen)
    for (const row of table.rowsOfAlbum.get(album) ?? []) {
      const { id } = table.tracks[row]!;
      if (!saved.has(id)) saved.set(id, atMs);
    }
  // One choice counts once, however it was made.
  for (const [track, atMs] of new Map([...saved, ...liked])) act(track, "save", atMs);
  const followed = follows.chosen;
  for (const track of followed.size > 0 ? plays.keys() : []) {
    const artists = table.tracks[table.rowOf.get(track) ?? -1]?.artistIds ?? [];
    const atMs = artists.map((id) => followed.get(id)).find((at) => at !== undefined);
    if (atMs !== undefined) act(track, "artist-follow", atMs);
  }
  const net = netTaste(acts, {
    nowMs,
    ...(options.halfLifeDays === undefined ? {} : { halfLifeDays: options.halfLifeDays }),
  });
  const tracks = byTaste(net.map(({ item, net: value }) => ({ id: item, net: value }))).map(
    ({ id, net: value }) => trackTaste(id, value, plays.get(id)),
  );
  return {
    nowMs,
    tracks,
    lastHeard: new Map([...plays].map(([track, { lastMs }]) => [track, lastMs])),
    liked: new Set(liked.keys()),
    saved: new Set(saved.keys()),
    hidden: new Set(hides.chosen.keys()),
    followed: new Set(followed.keys()),
    artists: gathered(tracks, table, (track) => track.artistIds),
    genres: gathered(tracks, table, (track) => track.genres ?? []),
    audio: options.audio ? soundOf(tracks, options.audio) : null,
  };
}

interface Heard {
  plays: number;
  skips: number;
  whole: number;
  lastMs: number;
}

function heard(
  plays: Map<string, Heard>,
  event: Extract<TasteEvent, { kind: "play" }>,
): ListeningEvent["act"] {
  const { track, atMs, playedMs, durationMs } = event;
  if (!(durationMs >= 0 && durationMs < Number.POSITIVE_INFINITY)) refuse(`${track} lasts ${durationMs} ms.`);
  const act = actOfPlay(playedMs, durationMs);
  const held = plays.get(track) ?? { plays: 0, skips: 0, whole: 0, lastMs: 0 };
  held.plays++;
  if (act === "skip") held.skips++;
  if (act === "play-through") held.whole++;
  held.lastMs = Math.max(held.lastMs, atMs);
  plays.set(track, held);
  return act;
}

function trackTaste(track: string, net: number, held: Heard | undefined): TrackTaste {
  return {
    track,
    net,
    plays: held?.plays ?? 0,
    skips: held?.skips ?? 0,
    completion: held ? held.whole / held.plays : null,
    lastHeardMs: held?.lastMs ?? null,
  };
}

const byTaste = (all: Weighted[]): Weighted[] => all.sort((a, b) => b.net - a.net || (a.id < b.id ? -1 : 1));

/** Sums over `tracks` in their order, which does not depend on that of the events. */
function gathered(
  tracks: readonly TrackTaste[],
  table: TrackTable,
  of: (track: TrackTable["tracks"][number]) => readonly string[],
): readonly Weighted[] {
  const sums = new Map<string, number>();
  for (const { track, net } of tracks) {
    const row = table.rowOf.get(track);
    if (row === undefined) continue;
    for (const id of new Set(of(table.tracks[row]!))) sums.set(id, (sums.get(id) ?? 0) + net);
  }
  return byTaste([...sums].map(([id, net]) => ({ id, net })));
}

function soundOf(tracks: readonly TrackTaste[], space: ItemSpace): TasteProfile["audio"] {
  const { dimensions, ids, vectors } = space;
  const rows = new Map(ids.map((id, row) => [id, row]));
  const wanted = tracks.flatMap(({ track, net }) => {
    const row = rows.get(track);
    return net > 0 && row !== undefined ? [{ row, net }] : [];
  });
  const weight = wanted.reduce((sum, { net }) => sum + net, 0);
  if (!(weight > 0)) return null;
  const meanOf = (value: (row: number, c: number) => number) =>
    Float32Array.from(
      { length: dimensions },
      (_, c) => wanted.reduce((sum, { row, net }) => sum + net * value(row, c), 0) / weight,
    );
  const mean = meanOf((row, c) => vectors[row * dimensions + c]!);
  const variance = meanOf((row, c) => (vectors[row * dimensions + c]! - mean[c]!) ** 2);
  return { mean, variance, weight };
}
