/** In-memory ports and the acceptance suites that every implementation of a port must pass. */

export { memoryOutbox } from "../memory/memory-outbox";
export { memoryCredentials, memoryIndex, memoryKeys } from "../memory/memory-stores";
export { type ClockSubject, clockSuite } from "./acceptance-clock";
export { type DecoderSubject, trackDecoderSuite } from "./acceptance-decoder";
export { type EngineSubject, engineSuite } from "./acceptance-engine";
export { httpClientSuite } from "./acceptance-http";
export { durableOutboxSuite, outboxStoreSuite, samplePlay } from "./acceptance-outbox";
export { audioOutputSuite } from "./acceptance-output";
export { socketSuite } from "./acceptance-socket";
export { credentialStoreSuite, indexStoreSuite, keyStoreSuite } from "./acceptance-stores";
export { type FakeEngine, fakeEngine } from "./fake-engine";
export { type ManualClock, manualClock } from "./manual-clock";
export { type FakeAnswer, type FakeHandler, memoryHttp } from "./memory-http";
export { type MemoryPeer, memorySockets } from "./memory-sockets";
export type { SuiteTools } from "./suite-tools";
