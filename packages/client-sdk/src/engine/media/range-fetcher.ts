import {
  type ByteRange,
  type Bytes,
  decideRecovery,
  type FetchAhead,
  FIRST_RANGE_BYTES,
  givesWay,
  grownRange,
  type MediaObject,
  type Milliseconds,
  nextRange,
  SegueError,
} from "@segue/core";
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

const STALL_MS = 10_000;

interface Waiter {
  readonly index: number;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: SegueError) => void;
}

/** Fetches the ranges of one media object that core's plan names, one at a time. */
export class RangeFetcher {
  readonly store: SegmentStore;
  readonly #environment: FetchEnvironment;
  readonly #onRange: (range: FetchedRange) => void;
  #url: string;
  #etag: string | null = null;
  #ahead: FetchAhead = "none";
  #cursor: Bytes = 0;
  #rangeBytes = FIRST_RANGE_BYTES;
  #waiters: Waiter[] = [];
  #running = false;
  #failure: SegueError | null = null;
  #seed: Promise<void> | null = null;
  readonly #closing = new AbortController();
  #current: { readonly end: Bytes; position: Bytes; readonly abort: AbortController } | null = null;

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
    this.#cursor = this.#startOf(index);
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
    const { segmentBytes } = this.store;
    if (!this.#current || !givesWay(this.#current, this.#startOf(index), segmentBytes)) return;
    this.#rangeBytes = FIRST_RANGE_BYTES;
    this.#current.abort.abort();
  }

  #run(): void {
    if (this.#running || this.#closing.signal.aborted) return;
    this.#running = true;
    void this.#loop().finally(() => {
      this.#running = false;
      if (!this.#failure && this.#next() !== null) this.#run();
    });
  }

  #startOf(index: number): Bytes {
    return index * this.store.segmentBytes;
  }

  #next(): ByteRange | null {
    const { byteLength, segmentBytes, held } = this.store;
    const waiter = this.#waiters[0];
    return nextRange({
      byteLength,
      segmentBytes,
      held,
      wanted: waiter ? this.#startOf(waiter.index) : null,
      cursor: this.#cursor,
      ahead: this.#ahead,
      rangeBytes: this.#rangeBytes,
    });
  }

  async #loop(): Promise<void> {
    if (this.#seed) {
      await this.#seed;
      this.#seed = null;
    }
    let failures = 0;
    while (!this.#closing.signal.aborted && !this.#failure) {
      const range = this.#next();
      if (range === null) return;
      const before = this.store.bytes;
      const error = await this.#fetchRange(range);
      if (this.#closing.signal.aborted) return;
      this.#settle();
      if (this.store.bytes > before) failures = 0;
      if (error === null) continue;
      const { code, retryAfterMs } = error;
      const random = this.#environment.random();
      const recovery = decideRecovery("range", { code, failures: ++failures, random, retryAfterMs });
      if (recovery.kind !== "retry") {
        this.#fail(error);
        return;
      }
      await this.#environment.sleep(recovery.afterMs, this.#closing.signal);
    }
  }

  /** Null when the body came whole or gave way to another range. */
  async #fetchRange({ start, end }: ByteRange): Promise<SegueError | null> {
    const { byteLength } = this.store;
    const abort = new AbortController();
    const stop = () => abort.abort();
    this.#closing.signal.addEventListener("abort", stop);
    const current = { end, position: start, abort };
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
      this.#rangeBytes = grownRange(this.#rangeBytes, ms);
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
