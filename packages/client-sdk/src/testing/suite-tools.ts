/** The functions of a test runner that the suites need, so that no runner is a dependency. */
export interface SuiteTools {
  describe(name: string, body: () => void): void;
  test(name: string, body: () => Promise<void>): void;
  /** Deep equality; throws when the values differ. */
  equal(actual: unknown, expected: unknown): void;
}
