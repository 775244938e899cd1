/** The rules of the Segue protocol as pure functions: no I/O, no clock, no randomness. */
export * from "./catalog/types";
export * from "./errors/error-table";
export * from "./errors/segue-error";
export * from "./ids";
export * from "./playback/manifest";
export * from "./units";
