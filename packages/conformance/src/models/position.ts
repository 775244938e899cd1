/** Where a session is between two reports, after docs/spec/connect.md#position (CONN-036). */

/** What a position is reckoned from. */
export interface PositionAnchor {
  readonly positionMs: number;
  readonly atServerUs: number;
  /** Thousandths; 0 stands. */
  readonly rateMilli: number;
  /** 0 when it is not known. */
  readonly durationMs: number;
}

/** Position in milliseconds at server time `atUs`: never before the start, never behind the end. */
export function positionAt(anchor: PositionAnchor, atUs: number): number {
  const { positionMs, atServerUs, rateMilli, durationMs } = anchor;
  const nanoseconds = positionMs * 1e6 + (atUs - atServerUs) * rateMilli;
  const end = durationMs === 0 ? Number.POSITIVE_INFINITY : durationMs * 1e6;
  return Math.min(Math.max(nanoseconds, 0), end) / 1e6;
}
