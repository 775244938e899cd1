/** Counts how often each requirement was judged, and how. */

/** What a run has said about one requirement. */
export interface Judged {
  passed: number;
  failed: number;
  /** Checks that judged it. */
  readonly checks: Set<string>;
}

/** The judgments of a run: the only source of its coverage. */
export class Tally {
  readonly #judged = new Map<string, Judged>();

  add(requirement: string, check: string, ok: boolean): void {
    let entry = this.#judged.get(requirement);
    if (!entry) {
      entry = { passed: 0, failed: 0, checks: new Set() };
      this.#judged.set(requirement, entry);
    }
    if (ok) entry.passed += 1;
    else entry.failed += 1;
    entry.checks.add(check);
  }

  get(requirement: string): Judged | undefined {
    return this.#judged.get(requirement);
  }
}
