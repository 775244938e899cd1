/** A listener's wishes as the player's brain takes them, and who may look at them first. */
import type { PlaybackState, QueueItem, Track, Wish } from "@segue/core";
import type { PlayContext } from "../client";

/** Whoever shares this player's session with other devices. */
export interface WishObserver {
  /** Most tracks of a context; a longer one is cut to a window around its start. */
  readonly maxContext: number;
  /**
   * A wish that begins sound, before the player carries it out. A promise means that the session carries it out instead;
   * it resolves once that is done. Null means that the player goes on by itself.
   */
  take(wish: Wish, context: PlayContext | null): Promise<void> | null;
  /** The player has carried a wish out by itself. */
  did(wish: Wish, before: PlaybackState, context: PlayContext | null): void;
  volumeChanged(volume: number): void;
}

export type TrackOf = (item: QueueItem) => Track;
