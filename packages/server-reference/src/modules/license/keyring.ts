/** The signing keys of a server, as its database has them. */
import { randomBytes } from "node:crypto";
import type { Milliseconds } from "@segue/core";
import type { Db } from "../../adapters/sql/tables";
import { KEY_LEAD_MS, type KeyGeneration, type KeySchedule, scheduleAt } from "./key-schedule";
import { firstSeed, type SigningKey, SigningKeys, signingKey } from "./signing-keys";

/** A rotation made by another process is seen after at most this long. */
const FRESH_MS = 1000;

type Entry = KeyGeneration & { readonly key: SigningKey };

/** Gives the keys of a moment, and makes new ones. */
export class Keyring {
  readonly #first: Entry;
  #entries: readonly Entry[];
  #readAtMs = Number.NEGATIVE_INFINITY;
  #keys: { readonly schedule: KeySchedule; readonly value: SigningKeys } | null = null;

  /** @param secret the server's secret for licenses, from which the first key derives */
  constructor(
    private readonly db: Db,
    secret: Uint8Array,
  ) {
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
    const { generation } = await this.db
      .insertInto("license_signing_keys")
      .values(({ selectFrom, fn, val, lit }) => ({
        generation: selectFrom("license_signing_keys").select(({ eb }) =>
          eb(fn.coalesce(fn.max("generation"), lit(1)), "+", lit(1)).as("next"),
        ),
        seed,
        published_at: nowMs,
        signs_from: val(signsFromMs),
        replaces_compromised: compromised ? 1 : 0,
      }))
      .returning("generation")
      .executeTakeFirstOrThrow();
    await this.#read(nowMs);
    return { kid: signingKey(generation, seed).listed.kid, signsFromMs };
  }

  async #read(nowMs: Milliseconds): Promise<void> {
    const rows = await this.db.selectFrom("license_signing_keys").selectAll().orderBy("generation").execute();
    this.#readAtMs = nowMs;
    if (rows.length === this.#entries.length - 1) return;
    const later = rows.map(({ generation, seed, signs_from, replaces_compromised }) => ({
      generation,
      signsFromMs: signs_from,
      replacesCompromised: replaces_compromised === 1,
      key: signingKey(generation, seed),
    }));
    this.#entries = [this.#first, ...later];
    this.#keys = null;
  }
}

function sameSchedule(a: KeySchedule, b: KeySchedule): boolean {
  return a.signing === b.signing && a.listed.join() === b.listed.join();
}
