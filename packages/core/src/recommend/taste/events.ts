/** What a listener did, as far as taste is concerned. Times are milliseconds since 1970. */
export type TasteEvent =
  | {
      readonly kind: "play";
      readonly track: string;
      readonly atMs: number;
      /** Time of audible output, milliseconds. */
      readonly playedMs: number;
      readonly durationMs: number;
    }
  | {
      readonly kind: "like" | "unlike" | "save" | "unsave" | "hide" | "unhide" | "playlist-add";
      readonly track: string;
      readonly atMs: number;
    }
  | { readonly kind: "save-album" | "unsave-album"; readonly album: string; readonly atMs: number }
  | { readonly kind: "follow" | "unfollow"; readonly artist: string; readonly atMs: number };

/** A choice that a later one of the opposite kind takes back. */
interface Choice {
  readonly atMs: number;
  readonly on: boolean;
}

/** The latest choice for each id. Of two at the same moment the one that says yes wins, in whatever order they come. */
export class Choices {
  readonly #choices = new Map<string, Choice>();

  add(id: string, atMs: number, on: boolean): void {
    const held = this.#choices.get(id);
    if (!held || atMs > held.atMs || (atMs === held.atMs && on)) this.#choices.set(id, { atMs, on });
  }

  /** What is chosen now, with the moment of its choice, in the order of ids. */
  get chosen(): ReadonlyMap<string, number> {
    const on = [...this.#choices].filter(([, choice]) => choice.on);
    return new Map(on.map(([id, { atMs }]) => [id, atMs] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
