import { readBodyStart } from "../api/body";
import type { HeadRequest } from "./engine-port";
import type { FetchEnvironment } from "./media/range-fetcher";
import { readRangeHead } from "./media/range-response";

const MOST_HEADS = 24;
const LARGEST_HEAD = 1024 * 1024;

/** Encrypted heads that were asked for before their grants, the newest kept. */
export class Heads {
  readonly #environment: FetchEnvironment;
  readonly #heads = new Map<string, Promise<Uint8Array | null>>();
  #fetched = 0;

  constructor(environment: FetchEnvironment) {
    this.#environment = environment;
  }

  get bytesFetched(): number {
    return this.#fetched;
  }

  fetch(head: HeadRequest): void {
    if (this.#heads.has(head.renditionId)) return;
    const bytes = this.#load(head).catch(() => {
      this.#heads.delete(head.renditionId);
      return null;
    });
    this.#heads.set(head.renditionId, bytes);
    if (this.#heads.size > MOST_HEADS) this.#heads.delete(this.#heads.keys().next().value!);
  }

  /** The head of a rendition, present or on its way. */
  get(renditionId: string): Promise<Uint8Array | null> | undefined {
    return this.#heads.get(renditionId);
  }

  async #load(head: HeadRequest): Promise<Uint8Array | null> {
    const length = Math.min(head.byteLength, LARGEST_HEAD);
    const response = await this.#environment.fetch(this.#environment.resolve(head.url), {
      headers: { range: `bytes=0-${length - 1}` },
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(15_000),
    });
    await readRangeHead(response, 0, null, null);
    const bytes = await readBodyStart(response, length);
    this.#fetched += bytes.length;
    return bytes;
  }
}
