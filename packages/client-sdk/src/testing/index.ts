/** In-memory ports and the acceptance suites that every implementation of a port must pass. */
export { memoryCredentials, memoryIndex, memoryKeys } from "../memory/memory-stores";
export { type ManualClock, manualClock } from "./manual-clock";
export { type FakeAnswer, type FakeHandler, memoryHttp } from "./memory-http";
