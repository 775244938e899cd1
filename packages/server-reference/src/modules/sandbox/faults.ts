/** The fault switches: which are on, and whom they reach. */
import { randomUUID } from "node:crypto";
import { type Milliseconds, type SandboxEffect, type SandboxFault, SegueError } from "@segue/core";
import type { FaultArea, FaultHooks, FaultSubject } from "../../fault-hooks";

/** For whom, where, and for how long. */
export interface FaultRule {
  readonly effect: SandboxEffect;
  readonly userId: string | null;
  readonly deviceId: string | null;
  readonly area: FaultArea | null;
  /** Operation id of the OpenAPI document. */
  readonly operation: string | null;
  /** How many matching requests pass unharmed first. */
  readonly skip: number;
  /** How often it happens; null for no limit. */
  readonly count: number | null;
  /** How long it lasts on the monotonic clock; null for no limit. */
  readonly durationMs: Milliseconds | null;
}

/** What a request is, as far as switches distinguish. */
export interface FaultTarget extends FaultSubject {
  readonly area: FaultArea;
  readonly operation: string | null;
}

interface Held {
  readonly rule: FaultRule;
  readonly id: string;
  readonly untilMs: Milliseconds | null;
  seen: number;
  hits: number;
}

/** Most switches at the same time. */
export const MAX_FAULTS = 100;
const RETRY_MS = 5000;

const within = (wanted: string | null, given: string | null) => wanted === null || wanted === given;

/** Holds the switches in memory: a restart clears them. */
export class FaultSwitches implements FaultHooks {
  readonly #held = new Map<string, Held>();
  readonly #sockets = new Set<{ readonly subject: FaultSubject; readonly drop: () => void }>();
  readonly #monotonicMs: () => Milliseconds;

  /** @param monotonicMs a clock that only runs forward; the test clock has no say over durations */
  constructor(monotonicMs: () => Milliseconds) {
    this.#monotonicMs = monotonicMs;
  }

  /** Turns a switch on. @throws SegueError `invalid_request` when there are too many */
  add(rule: FaultRule): SandboxFault {
    this.#expire();
    if (this.#held.size >= MAX_FAULTS)
      throw new SegueError("invalid_request", { detail: `at most ${MAX_FAULTS} faults; clear some first` });
    const id = randomUUID();
    const untilMs = rule.durationMs === null ? null : this.#monotonicMs() + rule.durationMs;
    const held: Held = { rule, id, untilMs, seen: 0, hits: 0 };
    this.#held.set(id, held);
    if (rule.effect.kind === "drop") this.#dropSockets(held);
    return view(held);
  }

  /** Whether no switch is on. */
  get idle(): boolean {
    return this.#held.size === 0;
  }

  list(): readonly SandboxFault[] {
    this.#expire();
    return [...this.#held.values()].map(view);
  }

  /** Turns one switch off; false when it is not on. */
  remove(id: string): boolean {
    return this.#held.delete(id);
  }

  clear(): void {
    this.#held.clear();
  }

  /** Turns off what names only users of `userIds`. */
  clearUsers(userIds: ReadonlySet<string>): void {
    for (const [id, { rule }] of this.#held)
      if (rule.userId !== null && userIds.has(rule.userId)) this.#held.delete(id);
  }

  /** What happens to a request, in the order in which the switches were turned on; counts every hit. */
  take(target: FaultTarget): readonly SandboxEffect[] {
    const effects: SandboxEffect[] = [];
    for (const held of this.#matching(target))
      if (held.rule.effect.kind !== "storage_full" && this.#hit(held)) effects.push(held.rule.effect);
    return effects;
  }

  storage(subject: FaultSubject, area: FaultArea): void {
    for (const held of this.#matching({ ...subject, area, operation: null }))
      if (held.rule.effect.kind === "storage_full" && this.#hit(held))
        throw new SegueError("unavailable", { detail: "storage is full", retryAfterMs: RETRY_MS });
  }

  frameDelayMs(subject: FaultSubject): Milliseconds {
    let delay = 0;
    for (const held of this.#matching({ ...subject, area: "connect", operation: null }))
      if (held.rule.effect.kind === "latency" && this.#hit(held)) delay += held.rule.effect.latencyMs;
    return delay;
  }

  watchSocket(subject: FaultSubject, drop: () => void): () => void {
    const watched = { subject, drop };
    this.#sockets.add(watched);
    for (const held of this.#matching({ ...subject, area: "connect", operation: null }))
      if (held.rule.effect.kind === "drop" && this.#hit(held)) {
        drop();
        break;
      }
    return () => {
      this.#sockets.delete(watched);
    };
  }

  #dropSockets(held: Held): void {
    for (const { subject, drop } of [...this.#sockets]) {
      if (this.#held.get(held.id) !== held) return;
      if (covers(held.rule, { ...subject, area: "connect", operation: null }) && this.#hit(held)) drop();
    }
  }

  #matching(target: FaultTarget): readonly Held[] {
    if (this.#held.size === 0) return [];
    this.#expire();
    return [...this.#held.values()].filter(({ rule }) => covers(rule, target));
  }

  #hit(held: Held): boolean {
    held.seen += 1;
    if (held.seen <= held.rule.skip) return false;
    held.hits += 1;
    if (held.rule.count !== null && held.hits >= held.rule.count) this.#held.delete(held.id);
    return true;
  }

  #expire(): void {
    const now = this.#monotonicMs();
    for (const [id, { untilMs }] of this.#held) if (untilMs !== null && now >= untilMs) this.#held.delete(id);
  }
}

const view = ({ rule, id, hits }: Held): SandboxFault => ({ ...rule, id, hits });

function covers(rule: FaultRule, target: FaultTarget): boolean {
  return (
    within(rule.userId, target.userId) &&
    within(rule.deviceId, target.deviceId) &&
    within(rule.area, target.area) &&
    within(rule.operation, target.operation)
  );
}
