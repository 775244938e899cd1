import type { InspectorEntry } from "../client";
import type { Clock } from "../ports/clock";

const KEPT = 200;

/** The last 200 things that the SDK did. Texts hold no URL, token or key. */
export interface InspectorLog {
  add(kind: InspectorEntry["kind"], text: string): void;
  entries(): readonly InspectorEntry[];
}

export function createInspectorLog(clock: Clock): InspectorLog {
  let entries: readonly InspectorEntry[] = [];
  return {
    add(kind, text) {
      entries = [...entries.slice(1 - KEPT), { at: clock.wallMs(), kind, text }];
    },
    entries: () => entries,
  };
}
