/** The signing keys of a server, as they were a second ago at most. */
import { randomBytes } from "node:crypto";
import type { Milliseconds } from "@segue/core";
import { KEY_LEAD_MS, type KeyGeneration, type KeySchedule, scheduleAt } from "./key-schedule";
import type { SigningKeyStore } from "./signing-key-store";
import { firstSeed, type SigningKey, SigningKeys, signingKey } from "./signing-keys";

/** A rotation made by another process is seen after at most this long. */
const FRESH_MS = 1000;

type Entry = KeyGeneration & { readonly key: SigningKey };

/** Gives the keys of a moment, and makes new ones. */
export class Keyring {
  readonly #store: SigningKeyStore;
  readonly #first: Entry;
  #entries: readonly Entry[];
  #readAtMs = Number.NEGATIVE_INFINITY;
  #keys: { readonly schedule: KeySchedule; readonly value: SigningKeys } | null = null;

  /** @param secret the server's secret for licenses, from which the first key derives */
  constructor(store: SigningKeyStore, secret: Uint8Array) {
    this.#store = store;
    const key = signingKey(1, firstSeed(secret));
    this.#first = { generation: 1, signsFromMs: 0, replacesCompromised: false, key };
    this.#entries = [this.#first];
  }

  /** The keys at `nowMs`. */
  async at(nowMs: Milliseconds): Promise<SigningKeys> {
    if (Math.abs(nowMs - this.#readAtMs) >= FRESH_MS) await this.#read(nowMs);
    const schedule = scheduleAt(this.#entries, nowMs);
    if (this.#keys && sameSchedule(this.#keys.schedule, schedule)) return this.#keys.value;
    const key = (generation: number) => this.#entries.find((entry) => entry.generation === generation)!.key;
    const value = new SigningKeys(key(schedule.signing), schedule.listed.map(key));
    this.#keys = { schedule, value };
    return value;
  }

  /**
   * Makes a key that is listed from now on and signs after the time that a list may be kept.
   * @param compromised the earlier keys are known to others: the new one signs at once, and they are listed no more
   * @returns its id, and when it signs
   */
  async rotate(
    nowMs: Milliseconds,
    compromised: boolean,
  ): Promise<{ readonly kid: string; readonly signsFromMs: Milliseconds }> {
    const seed = new Uint8Array(randomBytes(32));
    const signsFromMs = compromised ? nowMs : nowMs + KEY_LEAD_MS;
    const key = { seed, publishedAtMs: nowMs, signsFromMs, replacesCompromised: compromised };
    const generation = await this.#store.add(key);
    await this.#read(nowMs);
    return { kid: signingKey(generation, seed).listed.kid, signsFromMs };
  }

  async #read(nowMs: Milliseconds): Promise<void> {
    const stored = await this.#store.list();
    this.#readAtMs = nowMs;
    if (stored.length === this.#entries.length - 1) return;
    const later = stored.map(({ seed, ...generation }) => ({
      ...generation,
      key: signingKey(generation.generation, seed),
    }));
    this.#entries = [this.#first, ...later];
    this.#keys = null;
  }
}

function sameSchedule(a: KeySchedule, b: KeySchedule): boolean {
  return a.signing === b.signing && a.listed.join() === b.listed.join();
}
