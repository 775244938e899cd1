import { SegueError } from "../errors/segue-error";

/** Throws `invalid_argument` with `detail`. */
export function refuse(detail: string): never {
  throw new SegueError("invalid_argument", { detail });
}

/** `value` when it is a whole number from `low` to `high`; throws `invalid_argument` otherwise. */
export function wholeNumber(name: string, value: number, low: number, high: number): number {
  if (!Number.isInteger(value) || value < low || value > high)
    refuse(`${name} is a whole number from ${low} to ${high}, not ${value}.`);
  return value;
}

/** `value` when it is a number from `low` to `high`; throws `invalid_argument` otherwise. */
export function realNumber(name: string, value: number, low: number, high: number): number {
  if (!(value >= low && value <= high)) refuse(`${name} is a number from ${low} to ${high}, not ${value}.`);
  return value;
}
