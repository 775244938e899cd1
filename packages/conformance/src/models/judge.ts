/** Says whether requirements hold; an execution of a check is one. */
export interface Judge {
  /**
   * Judges `id`: it holds when `ok` is true.
   * @throws Violation when it does not, unless that is known already
   */
  must(id: string, ok: boolean, expected: string, got: unknown): void;
  /** Judges that `got` is `expected`. @throws Violation */
  same(id: string, got: unknown, expected: unknown, what?: string): void;
}
