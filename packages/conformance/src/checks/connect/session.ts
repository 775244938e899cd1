/** A Connect session under commands: order, results, refusals, transfers. */
import fc from "fast-check";
import { type Json, stampOf } from "../../models/session-order";
import { check, everyOne, type Step } from "../../runner/check";
import type { Execution } from "../../runner/execution";
import { commandId } from "../../subjects/connect-peer";
import { type ConnectCast, connectCast, noConnect, type Role } from "./cast";

const UNKNOWN_DEVICE = "dev_7zzzzzzzzzzzzzzzzzzzzzzzzz";

type CommandStep = Step & {
  readonly do:
    | "play something"
    | "play"
    | "pause"
    | "seek"
    | "next"
    | "previous"
    | "skip to nothing"
    | "skip without item"
    | "shuffle"
    | "repeat"
    | "queue"
    | "queue twice"
    | "transfer"
    | "volume"
    | "nothing";
  readonly to: Role | "unknown";
  readonly count: number;
  readonly on: boolean;
  readonly condition: "none" | "epoch" | "old epoch" | "old queue" | "other item";
  readonly twice: boolean;
};

interface State extends ConnectCast {
  /** Makes uids of items differ. */
  made: number;
}

const itemsOf = (run: Execution, state: State, count: number): Json[] =>
  Array.from({ length: count }, (_, i) => ({
    uid: `u${++state.made}`,
    trackId: run.subject.facts.tracks[i % run.subject.facts.tracks.length]!.id,
  }));

/** What is sent for a step. */
function actionOf(run: Execution, state: State, step: CommandStep): Json {
  const deviceId = step.to === "unknown" ? UNKNOWN_DEVICE : state.peers[step.to].info.deviceId;
  const current = state.peers.remote.observer.state?.current?.uid;
  switch (step.do) {
    case "play something":
      return {
        playContext: {
          context: { kind: "tracks" },
          items: itemsOf(run, state, step.count),
          onDeviceId: deviceId,
        },
      };
    case "play":
      return { play: {} };
    case "pause":
      return { pause: {} };
    case "seek":
      return { seek: { positionMs: "1000" } };
    case "next":
      return { ifItemUid: current ?? "none", skip: { by: 1 } };
    case "previous":
      return { ifItemUid: current ?? "none", skip: { by: -1 } };
    case "skip to nothing":
      return { skip: { itemUid: "no-such-uid" } };
    case "skip without item":
      return { skip: { by: step.on ? 1 : -1 } };
    case "shuffle":
      return { setOptions: { shuffle: step.on, shuffleSeed: 7 } };
    case "repeat":
      return { setOptions: { repeat: step.on ? "REPEAT_MODE_CONTEXT" : "REPEAT_MODE_OFF" } };
    case "queue":
      return { editQueue: { add: { items: itemsOf(run, state, Math.min(step.count, 3)) } } };
    case "queue twice": {
      const [item] = itemsOf(run, state, 1);
      return { editQueue: { add: { items: [item, item] } } };
    }
    case "transfer":
      return { transfer: { toDeviceId: deviceId } };
    case "volume":
      return { setVolume: { deviceId, volume: step.count / 8 } };
    case "nothing":
      return {};
  }
}

function conditionOf(step: CommandStep, observer: State["peers"]["remote"]["observer"]): Json {
  const { epoch, queueRev } = observer.stamp;
  if (step.condition === "epoch") return { ifEpoch: String(epoch) };
  if (step.condition === "old epoch") return { ifEpoch: String(epoch + 7) };
  if (step.condition === "old queue") return { ifQueueRev: String(queueRev + 7) };
  if (step.condition === "other item") return { ifItemUid: "another-item" };
  return {};
}

/** How a command has to end, and which requirement says so; null where several ends are right. */
interface Due {
  readonly id: string;
  readonly outcome?: string;
  readonly reason?: string;
  readonly fault?: boolean;
}

/** What the specification asks for, from what the remote control knows. */
function dueOf(step: CommandStep, state: State): Due | null {
  const session = state.peers.remote.observer.state ?? {};
  const nobody = !session.activeDeviceId && !session.transfer;
  if (step.do === "skip without item" && step.condition !== "other item")
    return { id: "CONN-103", fault: true };
  if (step.do === "queue twice") return { id: "CONN-117", fault: true };
  if (step.do === "nothing") return { id: "CONN-099", outcome: "UNSUPPORTED" };
  if (step.condition === "old epoch") return { id: "CONN-101", outcome: "STALE_EPOCH" };
  if (step.condition === "old queue" || step.condition === "other item")
    return { id: "CONN-102", outcome: "CONFLICT" };
  switch (step.do) {
    case "play":
      if (nobody) return { id: "CONN-104", outcome: "RESTRICTED", reason: "no_active_device" };
      return session.wantPlaying && session.current ? { id: "CONN-119", outcome: "NOOP" } : null;
    case "pause":
      if (nobody) return { id: "CONN-105", outcome: "NOOP" };
      return session.wantPlaying
        ? { id: "CONN-121", outcome: "APPLIED" }
        : { id: "CONN-119", outcome: "NOOP" };
    case "seek":
      if (!session.current) return { id: "CONN-108", outcome: "CONFLICT" };
      return { id: nobody ? "CONN-107" : "CONN-121", outcome: "APPLIED" };
    case "skip to nothing":
      return { id: "CONN-109", outcome: "CONFLICT" };
    case "next":
      return session.current
        ? { id: "CONN-111", outcome: "APPLIED" }
        : { id: "CONN-102", outcome: "CONFLICT" };
    case "previous":
      if (!session.current) return { id: "CONN-102", outcome: "CONFLICT" };
      return (session.history ?? []).length === 0 ? { id: "CONN-110", outcome: "NOOP" } : null;
    case "shuffle":
      return Boolean(session.shuffle) === step.on
        ? { id: "CONN-119", outcome: "NOOP" }
        : { id: "CONN-123", outcome: "APPLIED" };
    case "queue":
      return { id: "CONN-123", outcome: "APPLIED" };
    case "transfer":
    case "play something":
      if (step.to === "unknown") return { id: "CONN-112", outcome: "DEVICE_UNKNOWN" };
      if (step.to === "remote") return { id: "CONN-115", outcome: "RESTRICTED", reason: "not_a_player" };
      if (
        step.do === "transfer" &&
        session.activeDeviceId === state.peers[step.to].info.deviceId &&
        !session.transfer
      )
        return { id: "CONN-119", outcome: "NOOP" };
      return { id: "CONN-121", outcome: "APPLIED" };
    case "volume":
      if (step.to === "unknown") return { id: "CONN-112", outcome: "DEVICE_UNKNOWN" };
      if (step.to === "remote") return { id: "CONN-113", outcome: "RESTRICTED", reason: "volume_fixed" };
      if (step.to === "speaker") return { id: "CONN-114", outcome: "RESTRICTED", reason: "volume_unknown" };
      return { id: "CONN-123", outcome: "APPLIED" };
    default:
      return null;
  }
}

function judgeEnd(run: Execution, due: Due | null, ended: Json): void {
  if (due === null) return;
  const got = ended.fault
    ? `fault ${ended.fault.code}`
    : String(ended.commandResult.outcome).replace("OUTCOME_", "");
  if (due.fault) {
    run.same(due.id, got, "fault invalid_request", "");
    return;
  }
  run.same(due.id, got, due.outcome, "the outcome");
  if (due.reason)
    run.must(
      due.id,
      (ended.commandResult.reasons ?? []).includes(due.reason),
      `the reason ${due.reason}`,
      ended.commandResult.reasons,
    );
}

const uid = (item: Json) => item?.uid ?? null;

/** Everybody has seen what the remote control has seen. */
async function settled(state: State): Promise<void> {
  const { version } = state.peers.remote.observer.stamp;
  for (const peer of Object.values(state.peers))
    await peer.until(`version ${version}`, () => (peer.observer.stamp.version >= version ? true : null));
}

export const session = check<CommandStep, State>({
  id: "connect/session",
  title: "Commands end in one result each, changes come without gaps, and the right to sound has one holder",
  requirements: [
    "CONN-010",
    "CONN-013",
    "CONN-015",
    "CONN-018",
    "CONN-019",
    "CONN-022",
    "CONN-044",
    "CONN-046",
    "CONN-059",
    "CONN-079",
    "CONN-086",
    "CONN-094",
    "CONN-099",
    "CONN-101",
    "CONN-102",
    "CONN-103",
    "CONN-104",
    "CONN-105",
    "CONN-108",
    "CONN-109",
    "CONN-110",
    "CONN-111",
    "CONN-112",
    "CONN-113",
    "CONN-114",
    "CONN-115",
    "CONN-117",
    "CONN-119",
    "CONN-121",
    "CONN-123",
    "CONN-125",
    "CONN-147",
    "CONN-157",
    "CONN-083",
  ],
  runs: 24,
  unless: noConnect,
  steps: () =>
    fc.array(
      fc.record({
        do: fc.constantFrom(
          "play something" as const,
          "play something" as const,
          "play something" as const,
          "play something" as const,
          "play" as const,
          "pause" as const,
          "seek" as const,
          "next" as const,
          "previous" as const,
          "skip to nothing" as const,
          "skip without item" as const,
          "shuffle" as const,
          "shuffle" as const,
          "repeat" as const,
          "queue" as const,
          "queue twice" as const,
          "transfer" as const,
          "transfer" as const,
          "transfer" as const,
          "transfer" as const,
          "volume" as const,
          "nothing" as const,
        ),
        to: fc.oneof(
          { weight: 8, arbitrary: fc.constantFrom("player" as const, "speaker" as const) },
          { weight: 2, arbitrary: fc.constantFrom("remote" as const, "unknown" as const) },
        ),
        count: fc.integer({ min: 1, max: 6 }),
        on: fc.boolean(),
        condition: fc.oneof(
          { weight: 6, arbitrary: fc.constant("none" as const) },
          {
            weight: 3,
            arbitrary: fc.constantFrom(
              "epoch" as const,
              "old epoch" as const,
              "old queue" as const,
              "other item" as const,
            ),
          },
        ),
        twice: fc.boolean(),
      }),
      { minLength: 2, maxLength: 8 },
    ),
  begin: async (run) => ({ ...(await connectCast(run)), made: 0 }),
  perform: (run, state, step) => performCommand(run, state, step),
});

async function performCommand(run: Execution, state: State, step: CommandStep): Promise<void> {
  const { remote, player, speaker } = state.peers;
  const before = { state: remote.observer.state, stamp: remote.observer.stamp };
  const due = dueOf(step, state);
  const action = { ...actionOf(run, state, step), ...conditionOf(step, remote.observer) };
  const id = commandId();
  const volumesBefore = speaker.frames.filter((frame: Json) => frame.volumeRequest).length;
  const ended = await remote.command(action, id);
  judgeEnd(run, due, ended);
  const now = remote.observer;
  if (ended.fault || due?.outcome === "RESTRICTED" || due?.outcome === "CONFLICT")
    run.must(
      ended.fault ? "CONN-059" : due!.id,
      now.state.current?.uid === before.state.current?.uid,
      "nothing changed",
      "another current item",
    );
  if (ended.fault) return;
  if (step.do === "shuffle" && ended.commandResult.outcome === "OUTCOME_APPLIED")
    run.same("CONN-022", uid(now.state.current), uid(before.state.current), "the current item");
  if (step.do === "play something" && ended.commandResult.outcome === "OUTCOME_APPLIED")
    run.same("CONN-157", uid(now.state.current), action.playContext.items[0].uid, "the current item");
  if (step.do === "transfer" && ended.commandResult.outcome === "OUTCOME_APPLIED") {
    const kept = (from: Json) => [
      uid(from.current),
      (from.upNext ?? []).map(uid),
      Boolean(from.shuffle),
      from.contextItems?.length ?? 0,
    ];
    run.same("CONN-147", kept(now.state), kept(before.state), "queue and options");
  }
  if (step.do === "volume")
    run.same(
      "CONN-083",
      speaker.frames.filter((frame: Json) => frame.volumeRequest).length,
      volumesBefore,
      "requests to another device:",
    );
  if (step.twice) {
    await settled(state);
    const { version } = now.stamp;
    const again = await remote.command(action, id);
    run.same("CONN-019", again.commandResult?.outcome, ended.commandResult.outcome, "the same result");
    const later = stampOf(again.commandResult?.stamp);
    run.must(
      "CONN-019",
      later.version <= version && now.stamp.version === version,
      `version ${version} still`,
      now.stamp.version,
    );
  }
  await settled(state);
  for (const peer of [player, speaker])
    run.same(
      "CONN-010",
      peer.observer.state.activeDeviceId ?? "",
      now.state.activeDeviceId ?? "",
      `${peer.info.name} sees active`,
    );
}

const COMMANDS: readonly (readonly [CommandStep["do"], CommandStep["to"], CommandStep["condition"]])[] = [
  ["transfer", "remote", "none"],
  ["transfer", "unknown", "none"],
  ["transfer", "speaker", "none"],
  ["volume", "player", "none"],
  ["volume", "speaker", "none"],
  ["volume", "remote", "none"],
  ["volume", "unknown", "none"],
  ["next", "player", "none"],
  ["previous", "player", "none"],
  ["skip to nothing", "player", "none"],
  ["skip without item", "player", "none"],
  ["shuffle", "player", "none"],
  ["pause", "player", "old epoch"],
  ["pause", "player", "old queue"],
  ["queue", "player", "none"],
  ["queue twice", "player", "none"],
  ["nothing", "player", "none"],
];
const NAMES = COMMANDS.map((_, place) => String(place));

/** Each kind of command once, before anything plays and after. */
export const commands = check<CommandStep, State>({
  id: "connect/commands",
  title: "Each command ends as the specification says, with nobody active and with somebody",
  requirements: [
    "CONN-099",
    "CONN-101",
    "CONN-102",
    "CONN-103",
    "CONN-109",
    "CONN-111",
    "CONN-112",
    "CONN-113",
    "CONN-114",
    "CONN-115",
    "CONN-117",
  ],
  runs: 2,
  unless: noConnect,
  steps: () => {
    const begin = { on: true, count: 3, twice: false } as const;
    const stepOf = (name: string): CommandStep => {
      const [kind, to, condition] = COMMANDS[Number(name)]!;
      return { do: kind, to, condition, ...begin };
    };
    const idle: readonly CommandStep[] = (["play", "pause", "seek", "skip to nothing"] as const).map(
      (kind) => ({
        do: kind,
        to: "player",
        condition: "none",
        ...begin,
      }),
    );
    const playing: CommandStep = { do: "play something", to: "player", condition: "none", ...begin };
    return everyOne(NAMES, stepOf).map((steps) => [...idle, playing, ...steps]);
  },
  begin: async (run) => ({ ...(await connectCast(run)), made: 0 }),
  perform: (run, state, step) => performCommand(run, state, step),
});

export const speakers = check<Step, ConnectCast>({
  id: "connect/not-a-controller",
  title: "A device that is no controller commands nothing",
  requirements: ["CONN-100"],
  runs: 1,
  unless: noConnect,
  steps: () => fc.constant([{ do: "command" }]),
  begin: connectCast,
  async perform(run, { peers }) {
    const { commandResult } = await peers.speaker.command({ pause: {} });
    run.same("CONN-100", commandResult?.outcome, "OUTCOME_RESTRICTED", "the outcome");
    run.same("CONN-100", commandResult.reasons, ["not_a_controller"], "reasons");
  },
});
