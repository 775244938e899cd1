import type { Milliseconds } from "@segue/core";

/** Allows `perSecond` on average and `burst` at once. */
export class TokenBucket {
  #tokens: number;
  #atMs: Milliseconds;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    nowMs: Milliseconds,
  ) {
    this.#tokens = burst;
    this.#atMs = nowMs;
  }

  /** How long to wait, 0 when it may go on now; then one is taken. `nowMs` is monotonic. */
  take(nowMs: Milliseconds): Milliseconds {
    this.#tokens = Math.min(this.burst, this.#tokens + ((nowMs - this.#atMs) / 1000) * this.perSecond);
    this.#atMs = nowMs;
    if (this.#tokens < 1) return Math.ceil(((1 - this.#tokens) / this.perSecond) * 1000);
    this.#tokens -= 1;
    return 0;
  }
}
