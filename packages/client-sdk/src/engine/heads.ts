import type { Bytes } from "@segue/core";
import { readBodyStart } from "../api/body";
import type { HeadRequest } from "../ports/engine";
import { LruMap } from "./lru-map";
import { ArrivingHead, type Head } from "./media/head";
import type { FetchEnvironment } from "./media/range-fetcher";
import { readRangeHead } from "./media/range-response";

const MOST_HEADS = 24;
const LARGEST_HEAD: Bytes = 1024 * 1024;
const HEAD_TIMEOUT_MS = 15_000;
/**
 * How long a head lets the grant of its track go first. Both answers share the listener's link, where 2 KB of grant
 * behind 80 KB of head wait 64 ms at 10 Mbit/s; a server needs a few milliseconds more for a grant than for bytes.
 */
const GRANT_LEAD_MS = 12;

/** Encrypted heads that were asked for before their grants, those kept that were used last. */
export class Heads {
  readonly #environment: FetchEnvironment;
  readonly #heads = new LruMap<string, Head>(MOST_HEADS);
  #fetched = 0;

  constructor(environment: FetchEnvironment) {
    this.#environment = environment;
  }

  get bytesFetched(): Bytes {
    return this.#fetched;
  }

  fetch(request: HeadRequest): void {
    const { renditionId } = request;
    if (this.#heads.get(renditionId)) return;
    const head = new ArrivingHead();
    this.#heads.set(renditionId, head);
    // Without its head an item plays as well, so that a failure only means to ask again next time.
    head.ended = this.#load(request, head).catch(() => {
      if (this.#heads.get(renditionId) === head) this.#heads.delete(renditionId);
    });
  }

  get(renditionId: string): Head | undefined {
    return this.#heads.get(renditionId);
  }

  async #load(request: HeadRequest, head: ArrivingHead): Promise<void> {
    const length = Math.min(request.byteLength, LARGEST_HEAD);
    const signal = AbortSignal.timeout(HEAD_TIMEOUT_MS);
    await this.#environment.sleep(GRANT_LEAD_MS, signal);
    const response = await this.#environment.fetch(this.#environment.resolve(request.url), {
      headers: { range: `bytes=0-${length - 1}` },
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal,
    });
    await readRangeHead(response, 0, null, null);
    await readBodyStart(response, length, (piece) => {
      this.#fetched += piece.length;
      head.push(piece);
    });
  }
}
