/** The revoked content keys, as they were a second ago at most. */
import type { KeyId, Milliseconds } from "@segue/core";
import type { RevokedKeyStore } from "./revoked-key-store";

/** A revocation made by another process is seen after at most this long. */
const FRESH_MS = 1000;

/** The newest revocations that a validity names; the wire format allows no more. */
const MAX_REVOKED = 10_000;

/** Knows which keys are revoked without reading them for every grant. */
export class Revocations {
  readonly #store: Pick<RevokedKeyStore, "newest">;
  readonly #now: () => Milliseconds;
  #list: readonly KeyId[] = [];
  #set: ReadonlySet<KeyId> = new Set();
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(store: Pick<RevokedKeyStore, "newest">, now: () => Milliseconds) {
    this.#store = store;
    this.#now = now;
  }

  /** The same array until a key is added or given back. */
  async list(): Promise<readonly KeyId[]> {
    await this.#refresh();
    return this.#list;
  }

  /** The same keys as a set. */
  async set(): Promise<ReadonlySet<KeyId>> {
    await this.#refresh();
    return this.#set;
  }

  async #refresh(): Promise<void> {
    if (Math.abs(this.#now() - this.#readAtMs) < FRESH_MS) return;
    const read = await this.#store.newest(MAX_REVOKED);
    this.#readAtMs = this.#now();
    const same = read.length === this.#list.length && read.every((id, i) => id === this.#list[i]);
    if (same) return;
    this.#list = read;
    this.#set = new Set(read);
  }
}
