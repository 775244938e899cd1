import { SegueError } from "../../errors/segue-error";
import { type ItemSpace, itemSpace } from "../item-space";
import { type ReadOptions, readContainer, type Section, sectionOf, writeContainer } from "./container";
import { packStrings, unpackStrings } from "./strings";

const KIND = "ITEM";
const VERSION = 1;
/** Sections that a space takes. */
export const SPACE_SECTIONS = 4;

/** A space as bytes; its vectors are used in place when they are read again. */
export function saveItemSpace(space: ItemSpace): Uint8Array {
  return writeContainer(KIND, VERSION, spaceSections(space));
}

/** @throws SegueError `model_invalid` for bytes that `saveItemSpace` did not write. */
export function loadItemSpace(bytes: Uint8Array, options: ReadOptions = {}): ItemSpace {
  return spaceFromSections(readContainer(bytes, KIND, VERSION, options), 0);
}

/** The sections of a space within a larger container. */
export function spaceSections(space: ItemSpace): readonly Section[] {
  return [Uint32Array.of(space.dimensions), ...packStrings(space.ids), space.vectors];
}

/** The space in the four sections from `from` on. @throws SegueError `model_invalid` */
export function spaceFromSections(sections: readonly Section[], from: number): ItemSpace {
  const [dimensions] = sectionOf(sections, from, Uint32Array);
  const ids = unpackStrings(
    sectionOf(sections, from + 1, Uint16Array),
    sectionOf(sections, from + 2, Uint32Array),
  );
  try {
    return itemSpace(ids, dimensions ?? 0, sectionOf(sections, from + 3, Float32Array));
  } catch (cause) {
    throw new SegueError("model_invalid", { detail: "Its items are no space.", cause });
  }
}
