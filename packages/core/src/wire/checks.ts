/** Checks of untrusted fields. A failed check throws a Violation; the codec turns it into a SegueError. */
import { type Id, type IdKind, isId } from "../ids";

/** A field breaks the specification. `pointer` is a JSON pointer into the message's JSON form. */
export class Violation extends Error {
  constructor(
    readonly pointer: string,
    message: string,
  ) {
    super(message);
  }
}

/** `value` as an id of kind `kind`. */
export function checkId<K extends IdKind>(kind: K, value: string, pointer: string): Id<K> {
  if (isId(kind, value)) return value;
  throw new Violation(pointer, `must be a ${kind} id`);
}

/** `value` when its length lies in `min` to `max` bytes. */
export function checkBytes(value: Uint8Array, min: number, max: number, pointer: string): Uint8Array {
  if (value.length >= min && value.length <= max) return value;
  throw new Violation(pointer, min === max ? `must be ${min} bytes` : `must be ${min} to ${max} bytes`);
}

/** `value` as a number: not negative and at most 2^53 - 1. */
export function checkSafe(value: bigint, pointer: string): number {
  if (value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  throw new Violation(pointer, "must be 0 to 9007199254740991");
}

/** `value` when it lies in `min` to `max`, both included; NaN never does. */
export function checkRange(value: number, min: number, max: number, pointer: string): number {
  if (value >= min && value <= max) return value;
  throw new Violation(pointer, `must be ${min} to ${max}`);
}

/** `value` when its length lies in `min` to `max` UTF-16 units. */
export function checkText(value: string, min: number, max: number, pointer: string): string {
  if (value.length >= min && value.length <= max) return value;
  throw new Violation(pointer, `must be ${min} to ${max} characters`);
}

/** `values` when their count lies in `min` to `max`. */
export function checkCount<T>(values: readonly T[], min: number, max: number, pointer: string): readonly T[] {
  if (values.length >= min && values.length <= max) return values;
  throw new Violation(pointer, `must have ${min} to ${max} entries`);
}

/** `value` when it is present. */
export function checkPresent<T>(value: T | undefined, pointer: string): T {
  if (value !== undefined) return value;
  throw new Violation(pointer, "is missing");
}

/** `values` when none occurs twice. */
export function checkDistinct<T>(values: readonly T[], pointer: string): readonly T[] {
  if (new Set(values).size === values.length) return values;
  throw new Violation(pointer, "must have no duplicates");
}
