/** One session in memory: inputs in order, durable before anything of them is shown. */
import {
  durableChanged,
  durableOf,
  nextTickUs,
  RESULTS_KEPT_MS,
  type Sequencer,
  type SequencerEffect,
  type SequencerInput,
  type StoredResult,
  stepSequencer,
  type UserId,
} from "@segue/core";
import type { ConnectClock } from "./clock";
import type { ConnectStore } from "./store";

type Timed = "nowUs" | "wallMs";
/** An input without its time. */
export type ActorInput = SequencerInput extends infer I
  ? I extends unknown
    ? Omit<I, Timed>
    : never
  : never;

export interface ActorOptions {
  readonly userId: UserId;
  readonly store: ConnectStore;
  readonly clock: ConnectClock;
  /** Wall clock. */
  readonly now: () => number;
  /** Called before each write; throws when the storage is to fail. */
  readonly beforeWrite: () => void;
  readonly carryOut: (effect: SequencerEffect) => void;
  readonly onCommit: (seconds: number) => void;
  /** The session cannot go on: nothing of what is not durable was shown. */
  readonly onFailure: (error: unknown) => void;
}

/** How often results and detached devices are looked through. */
const SWEEP_MS = 60_000;
/** Longest delay of a timer. */
const LONGEST_MS = 2 ** 31 - 1;

export class SessionActor {
  #state: Sequencer;
  /** What the store holds; null until the first commit. */
  #saved: Sequencer | null = null;
  #stored: { readonly incarnation: number; readonly version: number } | null;
  #inbox: SequencerInput[] = [];
  #working = false;
  #ended = false;
  #timer: NodeJS.Timeout | null = null;
  readonly #sweep: NodeJS.Timeout;
  readonly #options: ActorOptions;

  /** `stored` is what the store holds of the session, null for nothing. */
  constructor(
    state: Sequencer,
    stored: { readonly incarnation: number; readonly version: number } | null,
    options: ActorOptions,
  ) {
    this.#options = options;
    this.#state = state;
    this.#stored = stored;
    this.#sweep = setInterval(() => this.push({ type: "tick" }), SWEEP_MS);
    this.#sweep.unref();
    this.#schedule();
  }

  get state(): Sequencer {
    return this.#state;
  }

  /** Whether nobody is connected and no lease runs. */
  get idle(): boolean {
    return (
      !this.#working && this.#state.links.size === 0 && nextTickUs(this.#state) === Number.POSITIVE_INFINITY
    );
  }

  push(input: ActorInput): void {
    if (this.#ended) return;
    const { clock, now } = this.#options;
    this.#inbox.push({ ...input, nowUs: clock.nowUs(), wallMs: Math.round(now()) } as SequencerInput);
    if (!this.#working) void this.#work();
  }

  /** Resolves once everything pushed so far was carried out. */
  async settled(): Promise<void> {
    while (this.#working) await new Promise((resolve) => setImmediate(resolve));
  }

  end(): void {
    this.#ended = true;
    this.#inbox = [];
    clearInterval(this.#sweep);
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #work(): Promise<void> {
    this.#working = true;
    try {
      while (this.#inbox.length > 0) {
        const effects: SequencerEffect[] = [];
        // Whatever came meanwhile becomes durable together.
        for (const input of this.#inbox.splice(0)) {
          const step = stepSequencer(this.#state, input);
          this.#state = step.state;
          effects.push(...step.effects);
        }
        await this.#save();
        if (this.#ended) return;
        for (const effect of effects) this.#options.carryOut(effect);
      }
      this.#schedule();
    } catch (error) {
      if (this.#ended) return;
      this.end();
      this.#options.onFailure(error);
    } finally {
      this.#working = false;
    }
  }

  async #save(): Promise<void> {
    const { store, userId, now, beforeWrite, onCommit } = this.#options;
    const state = this.#state;
    if (this.#saved !== null && !durableChanged(this.#saved, state)) return;
    beforeWrite();
    const begun = performance.now();
    await store.save({
      userId,
      durable: durableOf(state),
      results: newResults(this.#saved, state),
      expected: this.#stored,
      nowMs: now(),
      forgetBeforeMs: now() - RESULTS_KEPT_MS,
    });
    onCommit((performance.now() - begun) / 1000);
    const { incarnation, version } = state.stamp;
    this.#stored = { incarnation, version };
    this.#saved = state;
  }

  #schedule(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const dueUs = nextTickUs(this.#state);
    if (this.#ended || dueUs === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.min(LONGEST_MS, Math.max(0, (dueUs - this.#options.clock.nowUs()) / 1000) + 1);
    this.#timer = setTimeout(() => this.push({ type: "tick" }), waitMs);
    this.#timer.unref();
  }
}

/** Results that the store does not hold yet; before the first commit every one is offered. */
function newResults(before: Sequencer | null, after: Sequencer): readonly StoredResult[] {
  if (before?.results === after.results) return [];
  return [...after.results].filter(([key]) => !before?.results.has(key)).map(([, stored]) => stored);
}
