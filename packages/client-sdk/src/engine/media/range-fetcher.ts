import { type Bytes, type MediaObject, type Milliseconds, SegueError } from "@segue/core";
import type { Head } from "./head";
import { readRangeHead } from "./range-response";
import { SegmentCutter, SegmentStore } from "./segment-store";

/** What a fetcher needs from outside. */
export interface FetchEnvironment {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly sleep: (ms: Milliseconds, signal: AbortSignal) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Monotonic milliseconds. */
  readonly now: () => Milliseconds;
  readonly resolve: (url: string) => string;
}

/** A range that was fetched. */
export interface FetchedRange {
  readonly start: Bytes;
  readonly end: Bytes;
  readonly ms: Milliseconds;
}

/** How far a fetcher runs ahead of what is asked for. */
export type FetchAhead = "none" | "head" | "all";

const FIRST_RANGE = 128 * 1024;
const LARGEST_RANGE = 1024 * 1024;
const TRIES = 6;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 8000;
const STALL_MS = 10_000;

interface Waiter {
  readonly index: number;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: SegueError) => void;
}

/** Fetches one media object in growing ranges, first what is waited for, then what comes next. */
export class RangeFetcher {
  readonly store: SegmentStore;
  readonly #environment: FetchEnvironment;
  readonly #onRange: (range: FetchedRange) => void;
  #url: string;
  #etag: string | null = null;
  #ahead: FetchAhead = "none";
  #cursor = 0;
  #rangeBytes = FIRST_RANGE;
  #waiters: Waiter[] = [];
  #running = false;
  #failure: SegueError | null = null;
  #seed: Promise<void> | null = null;
  readonly #closing = new AbortController();
  #current: {
    readonly from: number;
    readonly to: number;
    position: number;
    readonly abort: AbortController;
  } | null = null;

  constructor(
    media: MediaObject,
    environment: FetchEnvironment,
    onRange: (range: FetchedRange) => void = () => undefined,
  ) {
    this.store = new SegmentStore(media.byteLength, media.segmentBytes);
    this.#url = media.url;
    this.#environment = environment;
    this.#onRange = onRange;
  }

  /** What stops the fetcher; `replaceUrl` or `retry` continue it. */
  get failure(): SegueError | null {
    return this.#failure;
  }

  /** Takes the object's first bytes from `head` as they arrive; nothing is fetched before its end. */
  seed(head: Head): void {
    const cutter = new SegmentCutter(this.store, 0);
    this.#seed = head.follow((chunk) => {
      cutter.push(chunk);
      this.#settle();
    });
    this.#run();
  }

  setAhead(ahead: FetchAhead): void {
    if (ahead === this.#ahead) return;
    this.#ahead = ahead;
    this.#run();
  }

  /** Segment `index` as the server has it. @throws SegueError when it cannot be had */
  segment(index: number): Promise<Uint8Array> {
    this.#cursor = index;
    const present = this.store.get(index);
    if (present) return Promise.resolve(present);
    if (this.#closing.signal.aborted) return Promise.reject(new SegueError("aborted"));
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ index, resolve, reject });
      this.#preempt(index);
      this.#run();
    });
  }

  /** Forgets segment `index` and fetches it again. */
  refetch(index: number): Promise<Uint8Array> {
    this.store.delete(index);
    return this.segment(index);
  }

  replaceUrl(url: string): void {
    this.#url = url;
    this.retry();
  }

  retry(): void {
    this.#failure = null;
    this.#run();
  }

  close(): void {
    this.#closing.abort();
    this.#fail(new SegueError("aborted"));
  }

  /** A range that will not reach a waited-for segment soon gives way to one that begins there. */
  #preempt(index: number): void {
    const current = this.#current;
    if (!current) return;
    const at = Math.floor(current.position / this.store.segmentBytes);
    if (index < at || index >= current.to || index > at + 16) {
      this.#rangeBytes = FIRST_RANGE;
      current.abort.abort();
    }
  }

  #run(): void {
    if (this.#running || this.#closing.signal.aborted) return;
    this.#running = true;
    void this.#loop().finally(() => {
      this.#running = false;
      if (!this.#failure && this.#next() >= 0) this.#run();
    });
  }

  #next(): number {
    const waiter = this.#waiters[0];
    if (waiter) return waiter.index;
    if (this.#ahead === "none") return -1;
    if (this.#ahead === "head") {
      const first = this.store.firstMissing(0);
      return first >= 0 && first * this.store.segmentBytes < FIRST_RANGE ? first : -1;
    }
    const after = this.store.firstMissing(this.#cursor);
    return after >= 0 ? after : this.store.firstMissing(0);
  }

  async #loop(): Promise<void> {
    if (this.#seed) {
      await this.#seed;
      this.#seed = null;
    }
    let tries = 0;
    while (!this.#closing.signal.aborted && !this.#failure) {
      const from = this.#next();
      if (from < 0) return;
      const before = this.store.bytes;
      const error = await this.#fetchRange(from);
      if (this.#closing.signal.aborted) return;
      this.#settle();
      if (this.store.bytes > before) tries = 0;
      if (error === null) continue;
      tries++;
      if (!mayRetry(error) || tries >= TRIES) {
        this.#fail(error);
        return;
      }
      const pause =
        Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1)) *
        (0.5 + this.#environment.random() / 2);
      await this.#environment.sleep(Math.max(pause, error.retryAfterMs ?? 0), this.#closing.signal);
    }
  }

  /** Fetches one range from segment `from` on. Null when the body came whole or gave way to another range. */
  async #fetchRange(from: number): Promise<SegueError | null> {
    const { segmentBytes, byteLength } = this.store;
    const start = from * segmentBytes;
    let to = from;
    while (to < this.store.count && !this.store.has(to) && (to - from) * segmentBytes < this.#rangeBytes)
      to++;
    const end = Math.min(byteLength, to * segmentBytes);
    const abort = new AbortController();
    const stop = () => abort.abort();
    this.#closing.signal.addEventListener("abort", stop);
    const current = { from, to, position: start, abort };
    this.#current = current;
    const began = this.#environment.now();
    let stalled = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        stalled = true;
        abort.abort();
      }, STALL_MS);
    };
    try {
      watch();
      const response = await this.#environment.fetch(this.#environment.resolve(this.#url), {
        headers: this.#headers(start, end),
        signal: abort.signal,
        cache: "no-store",
        credentials: "omit",
        referrerPolicy: "no-referrer",
      });
      const body = await readRangeHead(response, start, byteLength, this.#etag);
      this.#etag ??= body.etag;
      const cutter = new SegmentCutter(this.store, body.start);
      const reader = response.body?.getReader();
      if (!reader) return new SegueError("network", { detail: "the answer has no body" });
      // A server that ignores Range sends the whole object; all of it is kept.
      const until = body.start === start ? end : byteLength;
      while (cutter.position < until) {
        const { done, value } = await reader.read();
        if (done) break;
        watch();
        cutter.push(value);
        current.position = cutter.position;
        this.#settle();
      }
      if (cutter.position < until) {
        return new SegueError("media_truncated", {
          detail: `the body ended at byte ${cutter.position} of ${until}`,
        });
      }
      void reader.cancel().catch(() => undefined);
      const ms = this.#environment.now() - began;
      this.#onRange({ start: body.start, end: until, ms });
      if (ms < 2000) this.#rangeBytes = Math.min(LARGEST_RANGE, this.#rangeBytes * 2);
      return null;
    } catch (cause) {
      if (SegueError.is(cause)) return cause;
      if (stalled) return new SegueError("timeout", { detail: "the media server fell silent" });
      if (abort.signal.aborted) return null;
      return new SegueError("network", { cause });
    } finally {
      clearTimeout(timer);
      this.#closing.signal.removeEventListener("abort", stop);
      this.#current = null;
    }
  }

  #headers(start: Bytes, end: Bytes): Record<string, string> {
    const headers: Record<string, string> = { range: `bytes=${start}-${end - 1}` };
    if (this.#etag !== null && !this.#etag.startsWith("W/")) headers["if-range"] = this.#etag;
    return headers;
  }

  #settle(): void {
    if (this.#waiters.length === 0) return;
    const waiting = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiting) {
      const bytes = this.store.get(waiter.index);
      if (bytes) waiter.resolve(bytes);
      else this.#waiters.push(waiter);
    }
  }

  #fail(error: SegueError): void {
    this.#failure = error;
    const waiting = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiting) waiter.reject(error);
  }
}

/** An expired URL needs a new one; asking again with the same is in vain. */
function mayRetry(error: SegueError): boolean {
  return error.retryable && error.code !== "url_expired" && error.code !== "media_missing";
}
