import { realNumber, refuse, wholeNumber } from "../refuse";

/** How implicit alternating least squares is trained. Formula: Rendle et al. 2021, after Hu, Koren and Volinsky 2008. */
export interface IalsOptions {
  /** Numbers per user and item, 1 to 512. */
  readonly dimensions: number;
  /** Passes over users and items. */
  readonly epochs: number;
  /** a0: the weight of "not wanted" of every pair that was not seen. Should fall as the catalog grows. */
  readonly unseenWeight: number;
  /** λ: the strength of regularization. Must rise when `unseenWeight` times the size of the catalog falls. */
  readonly regularization: number;
  /** ν: how regularization grows with (entries of the row + a0 · rows of the other side)^ν. */
  readonly frequencyExponent: number;
  /** `exact` solves each row (Cholesky); `cg` improves it by `cgSteps` steps of conjugate gradient from the epoch before. */
  readonly solver: "exact" | "cg";
  readonly cgSteps: number;
  /** Standard deviation of the first factors, times the square root of `dimensions`. */
  readonly initialDeviation: number;
  readonly seed: number;
}

/** Fit for tens of thousands of items; tune `unseenWeight` and `regularization` on a validation split. */
export const DEFAULT_IALS: IalsOptions = {
  dimensions: 64,
  epochs: 16,
  unseenWeight: 0.1,
  regularization: 0.02,
  frequencyExponent: 1,
  solver: "exact",
  cgSteps: 3,
  initialDeviation: 0.1,
  seed: 1,
};

/** Options made whole and checked. Throws `invalid_argument`. */
export function ialsOptions(options: Partial<IalsOptions>): IalsOptions {
  const whole = { ...DEFAULT_IALS, ...options };
  wholeNumber("dimensions", whole.dimensions, 1, 512);
  wholeNumber("epochs", whole.epochs, 0, 10_000);
  wholeNumber("cgSteps", whole.cgSteps, 1, 512);
  wholeNumber("seed", whole.seed, 0, 2 ** 32 - 1);
  realNumber("unseenWeight", whole.unseenWeight, 0, 1e3);
  realNumber("regularization", whole.regularization, 1e-9, 1e6);
  realNumber("frequencyExponent", whole.frequencyExponent, 0, 2);
  realNumber("initialDeviation", whole.initialDeviation, 1e-6, 1e3);
  if (whole.solver !== "exact" && whole.solver !== "cg") refuse(`There is no solver ${whole.solver}.`);
  return whole;
}

/** λ · (entries + a0 · others)^ν: how strongly a row with so many entries is pulled to zero. */
export function rowPenalty(options: IalsOptions, entries: number, others: number): number {
  const frequency = entries + options.unseenWeight * others;
  const exponent = options.frequencyExponent;
  // Engines may differ in the last bit of a power, but not in those that most models have.
  const growth = exponent === 1 ? frequency : exponent === 0.5 ? Math.sqrt(frequency) : frequency ** exponent;
  return options.regularization * growth;
}
