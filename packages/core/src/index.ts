/** The rules of the Segue protocol as pure functions: no I/O, no clock, no randomness. */

export * from "./audio/loudness";
export * from "./audio/resample";
export * from "./audio/trim";
export * from "./catalog/availability";
export {
  chooseRendition,
  type RenditionChoice,
  type RenditionOption,
  TIERS,
  type TierRequest,
} from "./catalog/tiers";
export * from "./catalog/types";
export * from "./connect/changes";
export { takes } from "./connect/client/by-hand";
export {
  type Asked,
  type ConnectDevice,
  type DeviceEffect,
  type DeviceEvent,
  type DeviceInput,
  type DeviceStep,
  newDevice,
  type OwnEvent,
  type PlayerEffect,
  type PlayerView,
  type Reading,
  type Seeking,
} from "./connect/client/device-state";
export type { Followed } from "./connect/client/follow";
export {
  type ClientEffect,
  type ClientEvent,
  type ClientInput,
  type ClientStep,
  type ConnectClient,
  isSounding,
  type LinkState,
  maySound,
  newClient,
  type PlayerFacts,
  type Right,
  type SentCommand,
  type SentReport,
  type Settlement,
} from "./connect/client/state";
export { nextClientTickMs, stepClient } from "./connect/client/step";
export { nextDeviceTickMs, stepDevice } from "./connect/client/step-device";
export { contextRef, editsOf, type Told } from "./connect/client/wishes";
export * from "./connect/clock-sync";
export * from "./connect/frames";
export * from "./connect/limits";
export * from "./connect/position";
export { durableChanged, durableOf, newSession, restoreSession } from "./connect/sequencer/durable";
export {
  commandKey,
  type DurableSession,
  type Holder,
  type Link,
  type PendingCommand,
  type RunningTransfer,
  type Sequencer,
  type SequencerEffect,
  type SequencerFrame,
  type SequencerInput,
  type SequencerStep,
  type StoredResult,
} from "./connect/sequencer/state";
export { nextTickUs, stepSequencer } from "./connect/sequencer/step";
export * from "./connect/types";
export * from "./errors/error-table";
export * from "./errors/segue-error";
export { countedMs, countsAsStream } from "./events/count-rule";
export * from "./events/dedupe";
export * from "./events/event-time";
export * from "./events/listening-session";
export {
  batchSize,
  CLOSED_OUTBOX,
  MAX_OUTBOX_EVENTS,
  type OutboxEffect,
  type OutboxInput,
  type OutboxRow,
  type OutboxState,
  type OutboxStep,
  outboxStep,
  overflow,
} from "./events/outbox";
export * from "./events/play-event";
export { addSeqs, missingSeqs, type SeqRanges } from "./events/sequence";
export * from "./events/tally";
export * from "./events/uuid-v7";
export * from "./events/verdict";
export * from "./grants/manifest";
export * from "./ids";
export * from "./license/license";
export {
  applyProof,
  type ClockReading,
  EMPTY_CLOCK,
  isSetBack,
  observe,
  type TrustedClock,
  trustedNow,
} from "./license/trusted-clock";
export * from "./license/validity-terms";
export { positionMs as playbackPositionMs } from "./playback/passes";
export {
  decideRecovery,
  type FailedAt,
  type Failure,
  type Recovery,
  SHOW_BEFORE_SKIP_MS,
} from "./playback/recover";
export { INITIAL_PLAYBACK, step as playbackStep } from "./playback/step";
export type {
  GrantPurpose,
  Pass,
  PlaybackEffect,
  PlaybackInput,
  PlaybackPhase,
  PlaybackState,
  RenditionFacts,
  Step as PlaybackStep,
  Wait as PlaybackWait,
} from "./playback/types";
export * from "./prefetch/ahead";
export * from "./prefetch/head";
export * from "./prefetch/plan";
export {
  decidePrefetch,
  openLatch,
  type PrefetchFacts,
  type PrefetchLatch,
} from "./prefetch/policy";
export * from "./prefetch/ranges";
export * from "./protection/crypto-port";
export * from "./protection/device-proof";
export * from "./protection/envelope";
export * from "./protection/key-schedule";
export * from "./protection/layout";
export * from "./protection/media-url";
export * from "./protection/segments";
export * from "./protection/signed-bytes";
export * from "./queue/queue";
export * from "./queue/shuffle";
export type { Wish } from "./queue/wish";
export * from "./token-bucket";
export * from "./units";
export * from "./utf8";
export type * from "./wire/resources";
