import type { Bytes } from "@segue/core";
import type { EngineStats } from "../ports/engine";
import type { FetchedRange } from "./media/range-fetcher";

const KEPT_RANGES = 64;

/** Counts the ranges that were fetched and keeps the newest. */
export class RangeLog {
  count = 0;
  bytes: Bytes = 0;
  ranges: EngineStats["ranges"] = [];

  add(uid: string, range: FetchedRange): void {
    this.count++;
    this.bytes += range.end - range.start;
    this.ranges = [...this.ranges.slice(1 - KEPT_RANGES), { uid, ...range }];
  }
}
