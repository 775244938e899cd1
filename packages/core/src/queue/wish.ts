/** What a listener asks of a player. */
import type { Milliseconds } from "../units";
import type { QueueEdit, QueueItem } from "./queue";

export type Wish =
  | {
      readonly type: "load";
      readonly items: readonly QueueItem[];
      readonly startIndex: number;
      readonly shuffle: boolean;
      readonly seed: number;
    }
  | { readonly type: "play" }
  | { readonly type: "pause" }
  | { readonly type: "seek"; readonly ms: Milliseconds }
  | { readonly type: "next" }
  | { readonly type: "previous" }
  | { readonly type: "skip_to"; readonly uid: string }
  | { readonly type: "edit"; readonly edit: QueueEdit }
  | { readonly type: "retry" };
