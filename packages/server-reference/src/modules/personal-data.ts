/** What the areas of a server keep of a listener. */
import type { UserId } from "@segue/core";

/** One thing that is kept. */
export interface PersonalRecord {
  /** What it is, in lower case with `_`; several records may have the same name. */
  readonly name: string;
  /** JSON. Nothing in it lets anybody in: of a password or a token it says only that there is one. */
  readonly value: Readonly<Record<string, unknown>>;
}

/** What one area keeps of listeners. */
export interface PersonalData {
  /** All that the area keeps of `userId`; nothing when it keeps nothing. */
  export(userId: UserId): AsyncIterable<PersonalRecord>;
  /** Removes it; once more, or for nobody, changes nothing. Areas are asked in the reverse of their order. */
  erase(userId: UserId): Promise<void>;
}
