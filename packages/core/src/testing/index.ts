/** Builders and fast-check arbitraries for tests of programs that use core. */
export * from "./arbitraries";
export * from "./builders";
export * from "./taste";
