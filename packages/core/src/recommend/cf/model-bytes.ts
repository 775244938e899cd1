import { SegueError } from "../../errors/segue-error";
import { type ReadOptions, readContainer, sectionOf, writeContainer } from "../container/container";
import { SPACE_SECTIONS, spaceFromSections, spaceSections } from "../container/item-space-bytes";
import { type IalsModel, ialsModel } from "./ials-model";
import type { IalsOptions } from "./ials-options";

const KIND = "IALS";
const VERSION = 1;

const invalid = (detail: string, cause?: unknown) =>
  new SegueError("model_invalid", cause === undefined ? { detail } : { detail, cause });

/** Numbers in the order in which they are stored. */
const NUMBERS = [
  ...(["dimensions", "epochs", "unseenWeight", "regularization", "frequencyExponent"] as const),
  ...(["cgSteps", "initialDeviation", "seed"] as const),
];
const SOLVERS = ["exact", "cg"] as const;

/** A model as bytes: versioned, with a checksum; the same model gives the same bytes. */
export function saveIals({ options, users, items }: IalsModel): Uint8Array {
  const numbers = Float64Array.of(...NUMBERS.map((name) => options[name]), SOLVERS.indexOf(options.solver));
  return writeContainer(KIND, VERSION, [numbers, ...spaceSections(users), ...spaceSections(items)]);
}

/** The model that `saveIals` wrote; its vectors are used in place. Throws `model_invalid` for any other bytes. */
export function loadIals(bytes: Uint8Array, options: ReadOptions = {}): IalsModel {
  const sections = readContainer(bytes, KIND, VERSION, options);
  const numbers = sectionOf(sections, 0, Float64Array);
  const solver = SOLVERS[numbers[NUMBERS.length] ?? -1];
  if (numbers.length !== NUMBERS.length + 1 || solver === undefined)
    throw invalid("The options are not those of this version.");
  const values = Object.fromEntries(NUMBERS.map((name, index) => [name, numbers[index]!]));
  const users = spaceFromSections(sections, 1);
  const items = spaceFromSections(sections, 1 + SPACE_SECTIONS);
  try {
    return ialsModel(
      { ...(values as Record<(typeof NUMBERS)[number], number>), solver } satisfies IalsOptions,
      users,
      items,
    );
  } catch (cause) {
    if (SegueError.is(cause) && cause.code === "invalid_argument") throw invalid(cause.detail ?? "", cause);
    throw cause;
  }
}
