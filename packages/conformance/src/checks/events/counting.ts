/** Which plays are streams, and batches that are refused whole. */
import fc from "fast-check";
import { expectProblem } from "../../models/answers";
import { countedMs, eventId, STREAM_MS } from "../../models/plays";
import { check, everyOne, type Step } from "../../runner/check";
import type { Execution } from "../../runner/execution";
import { makeEvent, makeSender, noEvents, playsOf, publish, receiptsOf, type Sender } from "./publish";

type PlayStep = Step & {
  readonly do: "play";
  readonly msPlayed: number;
  readonly elapsedMs: number;
  readonly flag: "none" | "muted" | "offline" | "privateSession";
};

export const countRule = check<PlayStep, { sender: Sender; track: string }>({
  id: "events/count-rule",
  title: "A play of 30,000 ms of sound is a stream, one of 29,999 ms is none",
  requirements: ["EVT-005", "EVT-034", "EVT-035", "EVT-060"],
  runs: 15,
  unless: noEvents,
  steps: () =>
    fc.array(
      fc.record({
        do: fc.constant("play" as const),
        msPlayed: fc.oneof(fc.constantFrom(0, 1, 29_000, 29_999, 30_000, 30_001), fc.nat(400_000)),
        elapsedMs: fc.oneof(
          { weight: 3, arbitrary: fc.constant(600_000) },
          { weight: 2, arbitrary: fc.constantFrom(0, 28_711, 28_712, 28_713, 28_714, 29_999, 30_000) },
        ),
        flag: fc.constantFrom(
          "none" as const,
          "none" as const,
          "muted" as const,
          "offline" as const,
          "privateSession" as const,
        ),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  async begin(run) {
    // No other check plays this track.
    return { sender: await makeSender(run), track: run.subject.facts.tracks[3]!.id };
  },
  async perform(run, { sender, track }, { msPlayed, elapsedMs, flag }) {
    if (!sender.listener.fresh) run.notTestable("others may listen meanwhile");
    const before = await playsOf(run, sender, track);
    const changes = { msPlayed, elapsedMs, ...(flag === "none" ? {} : { [flag]: true }) };
    const events = [makeEvent(sender, track, changes)];
    const answer = await publish(run, sender, events);
    run.same("EVT-017", receiptsOf(run, answer, events)[0], "ACCEPTED", "the receipt");
    const more = (await playsOf(run, sender, track)) - before;
    const counted = countedMs(msPlayed, elapsedMs);
    const id = flag !== "none" ? "EVT-035" : counted < msPlayed ? "EVT-034" : "EVT-005";
    const expected = counted >= STREAM_MS ? 1 : 0;
    run.must(
      id,
      more === expected,
      `${expected} more (${msPlayed} ms played in ${elapsedMs} ms${flag === "none" ? "" : `, ${flag}`})`,
      `${more} more`,
    );
  },
});

type BatchStep = Step & { readonly do: "send"; readonly fault: keyof typeof BATCHES };
interface BatchState {
  readonly sender: Sender;
  readonly other: Sender;
  readonly track: string;
}

/** Sends a batch that is refused, and then its event alone: nothing of it may have been kept. */
async function refused(
  run: Execution,
  { sender, track }: BatchState,
  id: string,
  code: string,
  send: (event: Record<string, unknown>) => Promise<Awaited<ReturnType<typeof publish>>>,
): Promise<void> {
  const event = makeEvent(sender, track, { msPlayed: 0, elapsedMs: 0 });
  const answer = await send(event);
  expectProblem(run, id, answer, code);
  const again = receiptsOf(run, await publish(run, sender, [event]), [event]);
  run.same("EVT-048", again[0], "ACCEPTED", "its event is not known afterwards:");
}

const BATCHES = {
  "no events": async (run: Execution, { sender }: BatchState) =>
    expectProblem(run, "EVT-044", await publish(run, sender, []), "invalid_request"),
  "201 events": (run: Execution, state: BatchState) =>
    refused(run, state, "EVT-044", "invalid_request", (event) =>
      publish(run, state.sender, [event, ...Array.from({ length: 200 }, () => ({}))]),
    ),
  "200 events": async (run: Execution, { sender }: BatchState) => {
    const events = Array.from({ length: 200 }, () => ({}));
    const said = receiptsOf(run, await publish(run, sender, events), events);
    run.must(
      "EVT-019",
      said.every((each) => each === "QUARANTINED malformed"),
      "200 times QUARANTINED malformed",
      said[0],
    );
  },
  "51,201 bytes": (run: Execution, state: BatchState) =>
    refused(run, state, "EVT-045", "body_too_large", (event) => {
      const { sender } = state;
      const body = JSON.stringify({
        events: [event],
        sentAtMs: String(Date.now()),
        deviceId: sender.device.id,
      });
      return run.http.ask("POST", "/v1/events", {
        token: sender.listener.accessToken,
        body: body.padEnd(51_201, " "),
        headers: { "content-type": "application/json" },
        as: "/v1/events (51,201 bytes)",
      });
    }),
  "another listener's device": (run: Execution, state: BatchState) =>
    refused(run, state, "EVT-046", "device_unknown", (event) =>
      publish(run, state.sender, [event], { deviceId: state.other.device.id }),
    ),
  "a device nobody registered": (run: Execution, state: BatchState) =>
    refused(run, state, "EVT-046", "device_unknown", (event) =>
      publish(run, state.sender, [event], { deviceId: "dev_7zzzzzzzzzzzzzzzzzzzzzzzzz" }),
    ),
  "in another listener's name": (run: Execution, state: BatchState) =>
    refused(run, state, "EVT-047", "forbidden", (event) =>
      publish(run, state.sender, [event], { userId: state.other.listener.id }),
    ),
  "in the listener's own name": async (run: Execution, { sender, track }: BatchState) => {
    const event = makeEvent(sender, track, { msPlayed: 0, elapsedMs: 0 });
    const answer = await publish(run, sender, [event], { userId: sender.listener.id });
    run.same("EVT-047", answer.status, 202, "status");
  },
  "full storage": async (run: Execution, state: BatchState) => {
    const { fault } = run.subject;
    if (!fault) return;
    const userId = state.sender.listener.id;
    await refused(run, state, "EVT-022", "unavailable", async (event) => {
      await fault({ effect: { kind: "storage_full" }, userId, area: "events", count: 1 });
      return publish(run, state.sender, [event]);
    });
  },
  "play counts": async (run: Execution, { sender }: BatchState) => {
    const known = run.subject.facts.tracks.slice(0, 3).map((track) => track.id);
    const asked = [known[2], `trk_7${"z".repeat(25)}`, known[0], known[1]];
    const answer = await run.http.get(`/v1/play-counts?ids=${asked.join(",")}`, {
      token: sender.listener.accessToken,
      as: "/v1/play-counts (4 ids)",
    });
    const ids = (answer.json?.items ?? []).map((item: { trackId: string }) => item.trackId);
    run.same("EVT-058", ids, [known[2], known[0], known[1]], "entries for");
  },
} as const;

export const eventBatches = check<BatchStep, BatchState>({
  id: "events/batches",
  title: "A batch that breaks a bound is refused whole and leaves nothing behind",
  requirements: ["EVT-019", "EVT-022", "EVT-044", "EVT-045", "EVT-046", "EVT-047", "EVT-048", "EVT-058"],
  runs: 2,
  unless: noEvents,
  steps: () =>
    everyOne(Object.keys(BATCHES), (fault) => ({
      do: "send" as const,
      fault: fault as keyof typeof BATCHES,
    })),
  async begin(run) {
    return {
      sender: await makeSender(run),
      other: await makeSender(run, "free"),
      track: run.subject.facts.tracks[0]!.id,
    };
  },
  perform: (run, state, { fault }) => BATCHES[fault](run, state),
});

interface DedupeState {
  readonly sender: Sender;
  readonly id: string;
  readonly track: string;
  days: number;
}
type WaitStep = Step & { readonly do: "wait"; readonly days: number };

export const dedupeWindow = check<WaitStep, DedupeState>({
  id: "events/dedupe-window",
  title: "An event id is recognized for 35 days",
  requirements: ["EVT-020"],
  runs: 2,
  movesClock: true,
  unless: noEvents,
  steps: () =>
    fc.array(fc.record({ do: fc.constant("wait" as const), days: fc.integer({ min: 1, max: 34 }) }), {
      minLength: 1,
      maxLength: 2,
    }),
  async begin(run) {
    run.later(() => run.subject.clock!.reset());
    const sender = await makeSender(run);
    if (!sender.listener.fresh) run.notTestable("needs a fresh listener");
    const track = run.subject.facts.tracks[0]!.id;
    const id = eventId(Date.now()).toString("base64");
    const event = makeEvent(sender, track, { eventId: id, msPlayed: 0, elapsedMs: 0 });
    receiptsOf(run, await publish(run, sender, [event]), [event]);
    return { sender, id, track, days: 0 };
  },
  async perform(run, state, { days }) {
    if (state.days + days >= 35) return;
    state.days += days;
    await run.subject.clock!.advance(days * 86_400_000);
    const accessToken = await run.freshToken(state.sender.listener);
    const sender = { ...state.sender, listener: { ...state.sender.listener, accessToken } };
    const event = makeEvent(sender, state.track, { eventId: state.id, msPlayed: 0, elapsedMs: 0 });
    const said = receiptsOf(run, await publish(run, sender, [event]), [event]);
    run.same("EVT-020", said[0], "DUPLICATE", `after ${state.days} days`);
  },
});
