import { SegueError } from "../../errors/segue-error";
import { utf8 } from "../../utf8";
import { readContainer, type Section, sectionOf, writeContainer } from "../container/container";
import type { ItemSpace } from "../item-space";
import { type IalsModel, ialsModel } from "./ials-model";
import type { IalsOptions } from "./ials-options";

const KIND = "IALS";
const VERSION = 1;

const invalid = (detail: string, cause?: unknown) =>
  new SegueError("model_invalid", cause === undefined ? { detail } : { detail, cause });

/** Numbers in the order in which they are stored. */
const NUMBERS = [
  ...["dimensions", "epochs", "unseenWeight", "regularization", "frequencyExponent"],
  ...["cgSteps", "initialDeviation", "seed"],
] as readonly Exclude<keyof IalsOptions, "solver">[];
const SOLVERS = ["exact", "cg"] as const;

function packIds(ids: readonly string[]): [Uint32Array, Uint8Array] {
  const parts = ids.map(utf8);
  const ends = new Uint32Array(ids.length);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const [index, part] of parts.entries()) {
    bytes.set(part, at);
    at += part.length;
    ends[index] = at;
  }
  return [ends, bytes];
}

function unpackIds(ends: Uint32Array, bytes: Uint8Array): string[] {
  let start = 0;
  return Array.from(ends, (end) => {
    if (end < start || end > bytes.length) throw invalid("The ids do not lie within their section.");
    const id = fromUtf8(bytes.subarray(start, end));
    start = end;
    return id;
  });
}

/** Text of UTF-8 that `utf8` wrote. */
function fromUtf8(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at++]!;
    const more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    let code = more === 0 ? first : first & (0x3f >> more);
    for (let i = 0; i < more; i++) {
      const next = bytes[at++];
      if (next === undefined || next >> 6 !== 2) throw invalid("An id is not UTF-8.");
      code = (code << 6) | (next & 63);
    }
    if (code > 0x10ffff) throw invalid("An id is not UTF-8.");
    text += String.fromCodePoint(code);
  }
  return text;
}

/** A model as bytes: versioned, with a checksum; the same model gives the same bytes. */
export function saveIals(model: IalsModel): Uint8Array {
  const { options, users, items } = model;
  const numbers = Float64Array.of(...NUMBERS.map((name) => options[name]), SOLVERS.indexOf(options.solver));
  const spaces = [users, items].flatMap(({ ids, vectors }): Section[] => [...packIds(ids), vectors]);
  return writeContainer(KIND, VERSION, [numbers, ...spaces]);
}

/** The model that `saveIals` wrote. Throws `model_invalid` for any other bytes. */
export function loadIals(bytes: Uint8Array): IalsModel {
  const sections = readContainer(bytes, KIND, VERSION);
  const numbers = sectionOf(sections, 0, Float64Array);
  if (numbers.length !== NUMBERS.length + 1) throw invalid("The options are not those of this version.");
  const dimensions = numbers[0]!;
  const space = (from: number): ItemSpace => ({
    ids: unpackIds(sectionOf(sections, from, Uint32Array), sectionOf(sections, from + 1, Uint8Array)),
    dimensions,
    vectors: sectionOf(sections, from + 2, Float32Array),
  });
  const solver = SOLVERS[numbers[NUMBERS.length]!];
  if (solver === undefined) throw invalid("The solver is unknown.");
  const values = Object.fromEntries(NUMBERS.map((name, index) => [name, numbers[index]!]));
  try {
    return ialsModel({ ...(values as unknown as Omit<IalsOptions, "solver">), solver }, space(1), space(4));
  } catch (cause) {
    if (SegueError.is(cause) && cause.code === "invalid_argument") throw invalid(cause.detail ?? "", cause);
    throw cause;
  }
}
