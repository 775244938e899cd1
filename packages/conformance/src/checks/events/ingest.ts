/** What becomes of events that come once, again, late, early, broken, or from somebody else. */
import fc from "fast-check";
import { eventId, type Fate, IngestModel } from "../../models/plays";
import { check, type Step } from "../../runner/check";
import type { Execution } from "../../runner/execution";
import { makeEvent, makeSender, noEvents, playsOf, publish, receiptsOf, type Sender } from "./publish";

const DAY_MS = 86_400_000;
/** Ages in milliseconds. Between the day and the limit lies room for the time that a request takes. */
const AGES = [
  0,
  1000,
  DAY_MS,
  35 * DAY_MS - 60_000,
  35 * DAY_MS + 1000,
  -60_000,
  -240_000,
  -360_000,
] as const;

interface EventPlan {
  /** Which of six ids; two senders share them. */
  readonly id: number;
  /** Which of three tracks; -1 for one that does not exist. */
  readonly track: number;
  readonly msPlayed: number;
  readonly ageMs: number;
  readonly spoiled: keyof typeof SPOILED | "no";
  readonly jump: boolean;
}
type SendStep = Step & { readonly do: "send"; readonly sender: 0 | 1; readonly events: readonly EventPlan[] };

const SPOILED = {
  "version 4 id": { eventId: Buffer.alloc(16, 0x44).toString("base64") },
  "short id": { eventId: "AAAA" },
  "no stream": { streamId: "" },
  "seq 0": { seq: "0" },
  "track of another kind": { trackId: `alb_${"0".repeat(26)}` },
  "41 days of sound": { msPlayed: 3_600_000_000 },
  "a segment backwards": { segments: [{ startMs: 2, endMs: 1 }] },
  "a context in capitals": { contextKind: "ALBUM" },
  "an unknown field": { mood: "sad" },
} as const;

interface State {
  readonly senders: readonly [Sender, Sender];
  readonly ids: readonly string[];
  readonly tracks: readonly string[];
  readonly before: readonly number[];
  readonly model: IngestModel;
  /** Whether an id came twice. */
  repeated: boolean;
}

/** Whether both describe the same event. */
const alike = (a: EventPlan | undefined, b: EventPlan) =>
  a !== undefined && a.track === b.track && a.msPlayed === b.msPlayed && a.ageMs === b.ageMs;

/** The requirement that says what the model says. */
function saysSo({ status, reason }: Fate, plan: EventPlan, first: EventPlan | undefined): string {
  if (reason === "malformed") return "EVT-019";
  if (status === "DUPLICATE") return alike(first, plan) ? "EVT-020" : "EVT-050";
  if (reason === "foreign_id") return "EVT-052";
  if (reason === "too_old") return "EVT-021";
  if (reason === "future") return "EVT-024";
  if (reason === "unknown_track") return "EVT-049";
  if (plan.ageMs < 0) return "EVT-057";
  return plan.jump ? "EVT-053" : "EVT-049";
}

const firstPlans = new WeakMap<State, Map<number, EventPlan>>();

export const ingest = check<SendStep, State>({
  id: "events/ingest",
  title: "Every event of a batch is judged by itself and counts at most once",
  requirements: [
    "EVT-006",
    "EVT-008",
    "EVT-017",
    "EVT-018",
    "EVT-019",
    "EVT-020",
    "EVT-021",
    "EVT-024",
    "EVT-049",
    "EVT-050",
    "EVT-051",
    "EVT-052",
    "EVT-053",
    "EVT-057",
    "EVT-058",
    "EVT-059",
    "EVT-060",
  ],
  runs: 20,
  unless: noEvents,
  steps: () =>
    fc.array(
      fc.record({
        do: fc.constant("send" as const),
        sender: fc.constantFrom(0 as const, 0 as const, 1 as const),
        events: fc.array(
          fc.record({
            id: fc.nat(5),
            track: fc.oneof({ weight: 6, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: fc.constant(-1) }),
            msPlayed: fc.constantFrom(0, 29_999, 30_000, 200_000),
            ageMs: fc.oneof(
              { weight: 4, arbitrary: fc.constant(0) },
              { weight: 3, arbitrary: fc.constantFrom(...AGES) },
            ),
            spoiled: fc.oneof(
              { weight: 6, arbitrary: fc.constant("no" as const) },
              {
                weight: 1,
                arbitrary: fc.constantFrom(...(Object.keys(SPOILED) as (keyof typeof SPOILED)[])),
              },
            ),
            jump: fc.boolean(),
          }),
          { minLength: 1, maxLength: 6 },
        ),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  async begin(run) {
    const senders = [await makeSender(run, "premium"), await makeSender(run, "free")] as const;
    const tracks = run.subject.facts.tracks.slice(0, 3).map((track) => track.id);
    const before = await Promise.all(tracks.map((track) => playsOf(run, senders[0], track)));
    const ids = Array.from({ length: 6 }, () => eventId(Date.now()).toString("base64"));
    return { senders, tracks, before, ids, model: new IngestModel(), repeated: false };
  },
  async perform(run, state, step) {
    const sender = state.senders[step.sender];
    const now = Date.now();
    const events = step.events.map((plan) => {
      if (plan.jump) sender.seq += 3;
      return makeEvent(sender, state.tracks[plan.track] ?? "trk_7zzzzzzzzzzzzzzzzzzzzzzzzz", {
        eventId: state.ids[plan.id],
        msPlayed: plan.msPlayed,
        elapsedMs: plan.msPlayed,
        endedAtMs: String(now - plan.ageMs),
        ...(plan.ageMs < 0 ? { ageMs: undefined } : { ageMs: String(plan.ageMs) }),
        ...(plan.spoiled === "no" ? {} : SPOILED[plan.spoiled]),
      });
    });
    const answer = await publish(run, sender, events, { sentAtMs: String(now) });
    const said = receiptsOf(run, answer, events);
    judgeReceipts(run, state, step, said);
  },
  async finish(run, state) {
    for (const [i, track] of state.tracks.entries()) {
      const plays = (await playsOf(run, state.senders[0], track)) - state.before[i]!;
      const due = state.model.streams(track);
      const id = state.repeated ? "EVT-006" : "EVT-060";
      // Elsewhere others may listen meanwhile.
      const ok = state.senders[0].listener.fresh ? plays === due : plays >= due;
      run.must(id, ok, `${due} more ${due === 1 ? "stream" : "streams"} of track ${i}`, plays);
      run.must("EVT-059", ok, `${due} more`, plays);
    }
  },
});

function judgeReceipts(run: Execution, state: State, step: SendStep, said: readonly string[]): void {
  const first = firstPlans.get(state) ?? new Map<number, EventPlan>();
  firstPlans.set(state, first);
  const mixed = step.events.some((plan) => plan.spoiled !== "no");
  for (const [i, plan] of step.events.entries()) {
    const fate = state.model.take({
      id: state.ids[plan.id]!,
      user: String(step.sender),
      track: state.tracks[plan.track] ?? "",
      trackKnown: plan.track >= 0,
      malformed: plan.spoiled !== "no",
      msPlayed: plan.msPlayed,
      elapsedMs: plan.msPlayed,
      ageMs: plan.ageMs,
    });
    if (fate.status === "DUPLICATE") state.repeated = true;
    const due = `${fate.status} ${fate.reason}`.trim();
    const spoiledByAnother = mixed && plan.spoiled === "no" && said[i] === "QUARANTINED malformed";
    const id = spoiledByAnother ? "EVT-018" : saysSo(fate, plan, first.get(plan.id));
    if (fate.status === "ACCEPTED") first.set(plan.id, plan);
    if (mixed && plan.spoiled === "no" && said[i] === due) run.must("EVT-018", true, "", "");
    run.same(id, said[i], due, `receipt ${i + 1} of ${said.length}:`);
    // Repeated ids that were judged well are what the whole rests on.
    if (fate.status === "DUPLICATE") run.must("EVT-051", true, "", "");
    if (fate.reason === "foreign_id") run.must("EVT-008", true, "", "");
  }
}
