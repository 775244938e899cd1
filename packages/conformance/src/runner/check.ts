/** What a check is: generated steps, carried out one after the other against a server. */
import fc, { type Arbitrary } from "fast-check";
import type { Facts } from "../subjects/facts";
import type { Execution } from "./execution";

/** A step is plain data, so that a counterexample can be kept, shown and replayed. Ids are given by place, never by value. */
export interface Step {
  readonly do: string;
  readonly [argument: string]: unknown;
}

/** A check of several requirements of one area. */
export interface Check<S extends Step = Step, State = unknown> {
  /** `area/name`. */
  readonly id: string;
  readonly title: string;
  /** Requirements that it judges besides those of every answer. */
  readonly requirements: readonly string[];
  /** Executions with different steps; one where nothing is generated. */
  readonly runs: number;
  /** Moves the clock of the whole server, so that no other check runs beside it. */
  readonly movesClock?: boolean;
  /** Why the server cannot be checked; null when it can. */
  readonly unless?: (facts: Facts) => string | null;
  readonly steps: (facts: Facts) => Arbitrary<readonly S[]>;
  /** What the steps need: listeners, devices, grants. */
  readonly begin: (run: Execution) => Promise<State>;
  readonly perform: (run: Execution, state: State, step: S) => Promise<void>;
  /** Looks at the whole after the last step. */
  readonly finish?: (run: Execution, state: State) => Promise<void>;
}

/** Keeps the types of a check's steps and state together. */
export function check<S extends Step, State>(definition: Check<S, State>): Check {
  return definition as unknown as Check;
}

/** Every one of `names` once, in any order: for lists of cases that all have to be seen. */
export function everyOne<S extends Step>(
  names: readonly string[],
  stepOf: (name: string) => S,
): Arbitrary<readonly S[]> {
  const { length } = names;
  // The runner leaves out what is not needed; another order would only be tried in vain.
  return fc.noShrink(
    fc
      .shuffledSubarray([...names], { minLength: length, maxLength: length })
      .map((chosen) => chosen.map(stepOf)),
  );
}
