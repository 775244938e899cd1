import { SegueError } from "../../errors/segue-error";

const invalid = (detail: string) => new SegueError("model_invalid", { detail });
/** Arguments of one call to `String.fromCharCode`. */
const STEP = 4096;

/** Strings as two sections: their UTF-16 code units one after another, and where each ends. */
export function packStrings(strings: readonly string[]): readonly [Uint16Array, Uint32Array] {
  const ends = new Uint32Array(strings.length);
  let length = 0;
  for (const [index, text] of strings.entries()) {
    length += text.length;
    ends[index] = length;
  }
  if (length >= 2 ** 32)
    throw new SegueError("invalid_argument", {
      detail: `${length} code units of ids; at most 2^32 - 1 fit.`,
    });
  const units = new Uint16Array(length);
  let at = 0;
  for (const text of strings) for (let i = 0; i < text.length; i++) units[at++] = text.charCodeAt(i);
  return [units, ends];
}

/** What `packStrings` packed. @throws SegueError `model_invalid` */
export function unpackStrings(units: Uint16Array, ends: Uint32Array): string[] {
  let from = 0;
  const strings = Array.from(ends, (end) => {
    if (end < from || end > units.length) throw invalid("An id ends before it starts.");
    let text = "";
    for (let at = from; at < end; at += STEP)
      text += String.fromCharCode(...units.subarray(at, Math.min(end, at + STEP)));
    from = end;
    return text;
  });
  if (from !== units.length) throw invalid("Characters are left over.");
  return strings;
}
