/** How one execution of a check can end, other than well. */

/** The server broke a requirement. */
export class Violation extends Error {
  override readonly name = "Violation";
  constructor(
    readonly requirement: string,
    /** What the specification allows here. */
    readonly expected: string,
    /** What the server did. */
    readonly got: string,
  ) {
    super(`${requirement}: expected ${expected}, got ${got}`);
  }
}

/** A check cannot be carried out against this server, such as for want of a listener on the free plan. */
export class NotTestable extends Error {
  override readonly name = "NotTestable";
}

/** A request got no answer: the connection ended, or nothing came in time. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}
