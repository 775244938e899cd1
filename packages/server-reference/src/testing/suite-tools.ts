/** What the suites share: the functions of a test runner, so that none is a dependency, and how a refusal is told. */
import { SegueError } from "@segue/core";

/** The functions of a test runner that the suites need. */
export interface SuiteTools {
  describe(name: string, body: () => void): void;
  /** @param timeoutMs How long a test with many turns may take; by default what the runner allows */
  test(name: string, body: () => Promise<void>, timeoutMs?: number): void;
  /** Deep equality; throws when the values differ. */
  equal(actual: unknown, expected: unknown): void;
}

/** The code with which `work` was refused; its value when it was not. */
export async function outcome<T>(work: Promise<T>): Promise<T | string> {
  try {
    return await work;
  } catch (error) {
    if (SegueError.is(error)) return error.code;
    throw error;
  }
}

/** A test of one store: `open` makes it, and it is closed however the test ends. */
export function storeTests<Store>(
  { test }: SuiteTools,
  open: () => Promise<{ readonly store: Store; close(): Promise<void> }>,
): (name: string, body: (store: Store) => Promise<void>) => void {
  return (name, body) =>
    test(name, async () => {
      const { store, close } = await open();
      try {
        await body(store);
      } finally {
        await close();
      }
    });
}
