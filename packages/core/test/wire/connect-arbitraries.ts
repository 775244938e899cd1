/** Arbitrary frames of Connect in their domain form. */
import fc from "fast-check";
import { allOf, applyChanges, EMPTY_SESSION } from "../../src/connect/changes";
import type { ClientFrame, ServerFrame } from "../../src/connect/frames";
import type {
  Action,
  Anchor,
  DeviceInfo,
  DeviceState,
  Outcome,
  SessionState,
  Stamp,
} from "../../src/connect/types";
import { type IdKind, idFromBytes } from "../../src/ids";
import type { QueueItem } from "../../src/queue/queue";

const bytes16 = fc.uint8Array({ minLength: 16, maxLength: 16 });
const id = <K extends IdKind>(kind: K) => bytes16.map((value) => idFromBytes(kind, value));
const safe = fc.maxSafeNat();
const uint32 = fc.nat(2 ** 32 - 1);
const bool = fc.boolean();
const volume = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0);
const uid = fc.string({ minLength: 1, maxLength: 64, unit: "grapheme-ascii" });
const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });
const commandId = bytes16.map((value) => Buffer.from(value).toString("hex"));
const deviceId = id("device");

const stamp: fc.Arbitrary<Stamp> = fc.record({
  incarnation: safe,
  version: safe,
  epoch: safe,
  queueRev: safe,
});

const info: fc.Arbitrary<DeviceInfo> = fc.record({
  deviceId,
  name: fc.string({ maxLength: 40 }),
  type: fc.constantFrom("web", "speaker", ""),
  player: bool,
  controller: bool,
  volumeSteps: fc.nat(100),
  lapsePolicy: fc.constantFrom("strict" as const, "continue" as const),
});
const item: fc.Arbitrary<QueueItem> = fc.record({
  uid,
  trackId: id("track"),
  source: fc.constantFrom("context" as const, "up_next" as const),
});
const items = fc.uniqueArray(item, { minLength: 1, maxLength: 8, selector: ({ uid }) => uid });
const context = fc.record({
  kind: fc.constantFrom("album" as const, "playlist" as const, "artist" as const, "tracks" as const),
  id: orNull(fc.string({ minLength: 1, maxLength: 30 })),
  title: fc.string({ maxLength: 60 }),
});
const anchor: fc.Arbitrary<Anchor> = fc.record({
  itemUid: uid,
  positionMs: safe,
  atServerUs: safe,
  rateMilli: fc.nat(2000),
  uncertaintyUs: uint32,
  durationMs: safe,
  audible: bool,
});
const cue = fc.record({ version: safe, itemUid: fc.oneof(fc.constant(""), uid), positionMs: safe });
const device: fc.Arbitrary<DeviceState> = fc.record({
  device: info,
  online: bool,
  detached: bool,
  volume: orNull(volume),
  lastSeenMs: safe,
});
const transfer = fc.record({
  fromDeviceId: orNull(deviceId),
  toDeviceId: deviceId,
  granted: bool,
  waitsUntilUs: safe,
});

const session: fc.Arbitrary<SessionState> = fc
  .record({
    items: fc.option(items, { nil: [] as QueueItem[] }),
    seed: fc.nat(),
    plain: fc.record({
      activeDeviceId: orNull(deviceId),
      wantPlaying: bool,
      context: orNull(context),
      cue,
      anchor: orNull(anchor),
      buffering: bool,
      errorCode: orNull(fc.constantFrom("network", "decode_failed")),
      devices: fc.array(device, { maxLength: 4 }),
      transfer: orNull(transfer),
      current: orNull(item),
      upNext: fc.array(item, { maxLength: 5 }),
      history: fc.array(item, { maxLength: 5 }),
      shuffle: bool,
      repeat: fc.constantFrom("off" as const, "context" as const, "track" as const),
    }),
  })
  .map(({ items: contextItems, seed, plain }) => {
    const order = contextItems.map((_, i) => i);
    for (let i = order.length - 1; i > 0; i--) {
      const j = (seed + i * 7) % (i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    const orderIndex = (seed % (order.length + 1)) - 1;
    return applyChanges(EMPTY_SESSION, { ...plain, contextItems, order, orderIndex })!;
  });

const action: fc.Arbitrary<Action | null> = fc.oneof(
  fc.constantFrom(
    null,
    { type: "play" } as const,
    { type: "pause" } as const,
    { type: "clear_up_next" } as const,
  ),
  safe.map((positionMs) => ({ type: "seek", positionMs }) as const),
  fc.constantFrom(1 as const, -1 as const).map((by) => ({ type: "skip", by }) as const),
  uid.map((itemUid) => ({ type: "skip_to", itemUid }) as const),
  fc.record({ type: fc.constant("set_volume" as const), deviceId, volume }),
  fc.record({
    type: fc.constant("set_options" as const),
    shuffle: orNull(bool),
    repeat: orNull(fc.constantFrom("off" as const, "track" as const)),
    shuffleSeed: uint32,
  }),
  items.chain((list) =>
    fc.record({
      type: fc.constant("play_context" as const),
      context,
      items: fc.constant(list),
      startIndex: fc.nat(list.length - 1),
      positionMs: safe,
      shuffle: bool,
      shuffleSeed: uint32,
      onDeviceId: orNull(deviceId),
      force: bool,
    }),
  ),
  fc.record({ type: fc.constant("add_items" as const), items, first: bool }),
  uid.map((each) => ({ type: "remove_item", uid: each }) as const),
  fc.record({ type: fc.constant("move_item" as const), uid, beforeUid: orNull(uid) }),
  fc.record({
    type: fc.constant("transfer" as const),
    toDeviceId: deviceId,
    force: bool,
    play: orNull(bool),
  }),
);

export const clientFrame: fc.Arbitrary<ClientFrame> = fc.oneof(
  fc.record({
    type: fc.constant("hello" as const),
    accessToken: fc.string({ minLength: 1, maxLength: 60 }),
    device: info,
    volume: orNull(volume),
    resume: orNull(
      fc.record({
        sessionId: fc.string({ minLength: 1, maxLength: 40 }),
        stamp,
        pendingCommandIds: fc.array(commandId, { maxLength: 5 }),
        heldEpoch: safe,
        sounding: bool,
      }),
    ),
  }),
  fc
    .record({
      commandId,
      deadlineMs: fc.oneof(fc.constant(0), fc.integer({ min: 100, max: 60_000 })),
      ifEpoch: orNull(safe),
      ifQueueRev: orNull(safe),
      ifItemUid: orNull(uid),
      action,
    })
    .map((command): ClientFrame => {
      const relative = command.action?.type === "skip";
      return {
        type: "command",
        ...command,
        ifItemUid: relative ? (command.ifItemUid ?? "x") : command.ifItemUid,
      };
    }),
  fc.record({
    type: fc.constant("report" as const),
    epoch: safe,
    reportSeq: uint32,
    appliedVersion: safe,
    anchor: orNull(anchor),
    buffering: bool,
    ended: bool,
    errorCode: orNull(fc.constant("network")),
  }),
  safe.map((clientSentUs) => ({ type: "beat", clientSentUs }) as const),
  stamp.map((held) => ({ type: "sync_request", stamp: held }) as const),
  fc.record({ type: fc.constant("prepared" as const), epoch: safe, clientSentUs: safe }),
  fc.record({ type: fc.constant("lease_renewal" as const), epoch: safe, clientSentUs: safe }),
  fc.record({ type: fc.constant("released" as const), epoch: safe, anchor: orNull(anchor) }),
  fc.constant({ type: "auth_renewal", accessToken: "t" } as const),
  fc.constant({ type: "goodbye", reason: "shutdown" } as const),
  fc.record({ type: fc.constant("volume_report" as const), volume, seq: safe }),
);

const OUTCOMES: readonly Outcome[] = [
  "applied",
  "noop",
  "restricted",
  "conflict",
  "stale_epoch",
  "device_unreachable",
  "timed_out",
  "rate_limited",
  "unauthenticated",
  "unsupported",
  "device_unknown",
];

export const serverFrame: fc.Arbitrary<ServerFrame> = fc.oneof(
  fc.record({
    type: fc.constant("welcome" as const),
    sessionId: fc.string({ minLength: 1, maxLength: 40 }),
    connectionId: fc.string({ maxLength: 40 }),
    heartbeatMs: uint32,
    playingHeartbeatMs: uint32,
    serverTimeUs: safe,
    clockId: fc.string({ maxLength: 40 }),
    replayed: bool,
    leaseMs: uint32,
    maxFrameBytes: uint32,
  }),
  fc.record({ type: fc.constant("snapshot" as const), stamp, state: session }),
  session.chain((state) => {
    const all = allOf(state);
    return fc.record({
      type: fc.constant("delta" as const),
      stamp,
      baseVersion: safe,
      causeCommandId: orNull(commandId),
      changes: fc
        .subarray(Object.keys(all))
        .map((fields) => Object.fromEntries(fields.map((field) => [field, all[field as keyof typeof all]]))),
    });
  }),
  fc.record({
    type: fc.constant("command_result" as const),
    commandId,
    outcome: fc.constantFrom(...OUTCOMES),
    stamp,
    retryAfterMs: uint32,
    reasons: fc.array(fc.string({ maxLength: 20 }), { maxLength: 3 }),
  }),
  fc.record({ type: fc.constant("command_accepted" as const), commandId, stamp }),
  fc.record({
    type: fc.constant("beat_ack" as const),
    clientSentUs: safe,
    serverReceivedUs: safe,
    serverSentUs: safe,
  }),
  safe.map((epoch) => ({ type: "prepare", epoch }) as const),
  safe.map((epoch) => ({ type: "revoke", epoch }) as const),
  fc.record({ type: fc.constant("lease_grant" as const), epoch: safe, leaseMs: uint32, clientSentUs: safe }),
  uint32.map((withinMs) => ({ type: "auth_required", withinMs }) as const),
  fc.record({ type: fc.constant("go_away" as const), reconnectMinMs: uint32, reconnectMaxMs: uint32 }),
  fc.record({ type: fc.constant("fault" as const), code: fc.string(), detail: fc.string() }),
  fc.record({ type: fc.constant("volume_request" as const), seq: safe, volume }),
);
