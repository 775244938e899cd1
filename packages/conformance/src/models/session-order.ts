/** What one device sees of a Connect session, and the rules of its order, after docs/spec/connect.md#order. */
import type { Judge } from "./judge";

/** A stamp with its numbers read; the canonical JSON mapping leaves out zeros. */
export interface StampNumbers {
  readonly incarnation: number;
  readonly version: number;
  readonly epoch: number;
  readonly queueRev: number;
}

// biome-ignore lint/suspicious/noExplicitAny: frames are judged, not trusted
export type Json = any;

export const stampOf = (stamp: Json): StampNumbers => ({
  incarnation: Number(stamp?.incarnation ?? 0),
  version: Number(stamp?.version ?? 0),
  epoch: Number(stamp?.epoch ?? 0),
  queueRev: Number(stamp?.queueRev ?? 0),
});

const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const uidsOf = (items: Json) =>
  (items ?? [])
    .map((item: Json) => String(item.uid))
    .sort()
    .join(" ");

/** Follows the frames that one connection receives. */
export class SessionObserver {
  state: Json = null;
  stamp: StampNumbers = { incarnation: 0, version: 0, epoch: 0, queueRev: 0 };
  welcome: Json = null;
  /** Results by command id, base64. */
  readonly results = new Map<string, Json>();
  readonly #sent = new Set<string>();
  readonly #again = new Map<string, number>();
  readonly #judge: Judge;
  readonly #owners: Map<number, string>;

  /** @param owners device by epoch, shared by the observers of a session */
  constructor(judge: Judge, owners: Map<number, string>) {
    this.#judge = judge;
    this.#owners = owners;
  }

  /** Notes a command that this connection sends. */
  sends(id: string): void {
    if (this.#sent.has(id)) this.#again.set(id, (this.#again.get(id) ?? 0) + 1);
    this.#sent.add(id);
  }

  /** Judges a frame by what came before. @throws Violation */
  receive(frame: Json): void {
    const judge = this.#judge;
    const kind = Object.keys(frame)[0] ?? "nothing";
    if (this.welcome === null) {
      judge.must("CONN-046", kind === "welcome" || kind === "fault", "welcome before anything else", kind);
      if (kind === "welcome") this.welcome = frame.welcome;
    } else if (kind === "snapshot") this.#take(stampOf(frame.snapshot.stamp), frame.snapshot.state ?? {});
    else if (kind === "delta") this.#change(frame.delta);
    else if (kind === "commandResult") this.#result(frame.commandResult);
  }

  #change(delta: Json): void {
    const judge = this.#judge;
    const stamp = stampOf(delta.stamp);
    const base = Number(delta.baseVersion ?? 0);
    const from = this.stamp.version;
    const got = `${base} to ${stamp.version} in incarnation ${stamp.incarnation}`;
    const gapless =
      base === from && stamp.version === from + 1 && stamp.incarnation === this.stamp.incarnation;
    judge.must("CONN-010", gapless, `a change from version ${from} to ${from + 1}`, got);
    const state = { ...this.state };
    for (const name of delta.mask ?? []) state[camel(name)] = delta.state?.[camel(name)];
    const before = this.state ?? {};
    if (uidsOf(before.contextItems) !== uidsOf(state.contextItems))
      judge.must(
        "CONN-015",
        stamp.queueRev > this.stamp.queueRev,
        `a queue revision above ${this.stamp.queueRev}`,
        stamp.queueRev,
      );
    this.#take(stamp, state);
  }

  #take(stamp: StampNumbers, state: Json): void {
    const judge = this.#judge;
    const same = stamp.incarnation === this.stamp.incarnation;
    if (same)
      judge.must(
        "CONN-013",
        stamp.epoch >= this.stamp.epoch,
        `an epoch of ${this.stamp.epoch} or more`,
        stamp.epoch,
      );
    const [was, is] = [this.state?.activeDeviceId ?? "", state.activeDeviceId ?? ""];
    // When a lease runs out or a device says goodbye, nobody is active and the epoch stays (CONN-135, CONN-155).
    const taken = was !== is && (is !== "" || Boolean(state.transfer));
    if (this.state !== null && same && was !== "" && taken)
      judge.must(
        "CONN-013",
        stamp.epoch > this.stamp.epoch,
        `an epoch above ${this.stamp.epoch} for another active device`,
        stamp.epoch,
      );
    if (is !== "") {
      const owner = this.#owners.get(stamp.epoch) ?? is;
      judge.must("CONN-086", owner === is, "an epoch of one device", `epoch ${stamp.epoch} of two devices`);
      this.#owners.set(stamp.epoch, is);
    }
    const listed = (state.devices ?? []).map((each: Json) => each.device?.deviceId);
    judge.must("CONN-079", new Set(listed).size === listed.length, "each device once", listed);
    this.stamp = stamp;
    this.state = state;
  }

  #result(result: Json): void {
    const judge = this.#judge;
    const id = String(result.commandId);
    judge.must("CONN-094", this.#sent.has(id), "results of this device's own commands", "another's result");
    if (result.outcome === "OUTCOME_RATE_LIMITED") {
      judge.must("CONN-061", Number(result.retryAfterMs ?? 0) > 0, "retry_after_ms", result.retryAfterMs);
      return;
    }
    const earlier = this.results.get(id);
    if (earlier === undefined) this.results.set(id, result);
    else {
      const asked = (this.#again.get(id) ?? 0) > 0;
      judge.must("CONN-018", asked, "one result for a command", "a second result");
      this.#again.set(id, (this.#again.get(id) ?? 0) - 1);
      judge.must("CONN-019", earlier.outcome === result.outcome, `${earlier.outcome} again`, result.outcome);
    }
    const { version, incarnation } = stampOf(result.stamp);
    if (result.outcome === "OUTCOME_APPLIED" && incarnation === this.stamp.incarnation)
      judge.must(
        "CONN-125",
        version <= this.stamp.version,
        `version ${version} before its result`,
        `version ${this.stamp.version}`,
      );
  }
}
