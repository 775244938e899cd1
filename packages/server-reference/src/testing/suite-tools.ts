/** The functions of a test runner that the suites need, so that no runner is a dependency. */
export interface SuiteTools {
  describe(name: string, body: () => void): void;
  /** @param timeoutMs How long a test with many turns may take; by default what the runner allows */
  test(name: string, body: () => Promise<void>, timeoutMs?: number): void;
  /** Deep equality; throws when the values differ. */
  equal(actual: unknown, expected: unknown): void;
}
