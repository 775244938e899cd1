/**
 * How models and indexes are stored: one run of bytes with a header, a table and typed sections, little-endian,
 * each section at a multiple of 64 bytes, so that a file that is mapped or read whole is used in place.
 *
 * | at | what |
 * |---|---|
 * | 0 | `SGRM` |
 * | 4 | kind, four ASCII letters |
 * | 8 | version of the kind, u32 |
 * | 12 | number of sections, u32 |
 * | 16 | length of everything, f64 |
 * | 24 | checksum of the bytes from 32 on, two u32 |
 * | 32 | per section: element type u32, zero u32, offset f64, number of elements f64 |
 */
import { SegueError } from "../../errors/segue-error";
import { checksum } from "./checksum";

const ALIGNMENT = 64;
const TABLE_AT = 32;
const ENTRY_BYTES = 24;
const MAX_SECTIONS = 64;
const MAGIC = 0x4d524753;

const TYPES = [
  Uint8Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  Uint16Array,
] as const;

/** A run of numbers in a container. */
export type Section =
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

const invalid = (detail: string) => new SegueError("model_invalid", { detail });
const align = (length: number) => Math.ceil(length / ALIGNMENT) * ALIGNMENT;

function kindCode(kind: string): number {
  if (!/^[A-Z0-9]{4}$/.test(kind)) throw new RangeError("a kind is four capital letters or digits");
  return [...kind].reduce((code, char, at) => code | (char.charCodeAt(0) << (8 * at)), 0) >>> 0;
}

/** Lays `sections` out as one container. */
export function writeContainer(kind: string, version: number, sections: readonly Section[]): Uint8Array {
  if (sections.length > MAX_SECTIONS) throw new RangeError(`at most ${MAX_SECTIONS} sections`);
  const offsets: number[] = [];
  let end = align(TABLE_AT + sections.length * ENTRY_BYTES);
  for (const section of sections) {
    offsets.push(end);
    end = align(end + section.byteLength);
  }
  const bytes = new Uint8Array(end);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, kindCode(kind), true);
  view.setUint32(8, version, true);
  view.setUint32(12, sections.length, true);
  view.setFloat64(16, end, true);
  for (const [index, section] of sections.entries()) {
    const at = TABLE_AT + index * ENTRY_BYTES;
    view.setUint32(
      at,
      TYPES.findIndex((type) => section instanceof type),
      true,
    );
    view.setFloat64(at + 8, offsets[index]!, true);
    view.setFloat64(at + 16, section.length, true);
    bytes.set(new Uint8Array(section.buffer, section.byteOffset, section.byteLength), offsets[index]!);
  }
  const [low, high] = checksum(bytes.subarray(TABLE_AT));
  view.setUint32(24, low, true);
  view.setUint32(28, high, true);
  return bytes;
}

/** How far bytes are trusted when they are read. */
export interface ReadOptions {
  /** Skip the checksum and the checks of content: for bytes that this host wrote and maps again. Default false. */
  readonly trusted?: boolean;
}

/**
 * The sections of a container, as views over `bytes` (over a copy when `bytes` does not start at a multiple of 8).
 * @throws SegueError `model_invalid` for bytes that `writeContainer` did not write with this kind and version.
 */
export function readContainer(
  bytes: Uint8Array,
  kind: string,
  version: number,
  options: ReadOptions = {},
): Section[] {
  if (bytes.byteOffset % 8 !== 0) return readContainer(bytes.slice(), kind, version, options);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < TABLE_AT || view.getUint32(0, true) !== MAGIC)
    throw invalid("They do not start as a model does.");
  if (view.getUint32(4, true) !== kindCode(kind)) throw invalid(`They hold another kind than ${kind}.`);
  const found = view.getUint32(8, true);
  if (found !== version) throw invalid(`They are of version ${found}; this reads version ${version}.`);
  if (view.getFloat64(16, true) !== bytes.length)
    throw invalid(`They should be ${view.getFloat64(16, true)} long and are ${bytes.length}.`);
  const count = view.getUint32(12, true);
  const tableEnd = align(TABLE_AT + count * ENTRY_BYTES);
  if (count > MAX_SECTIONS || tableEnd > bytes.length) throw invalid(`They claim ${count} sections.`);
  if (!options.trusted) {
    const [low, high] = checksum(bytes.subarray(TABLE_AT));
    if (low !== view.getUint32(24, true) || high !== view.getUint32(28, true))
      throw invalid("The checksum differs: they were damaged.");
  }
  return Array.from({ length: count }, (_, index) => {
    const at = TABLE_AT + index * ENTRY_BYTES;
    const Type = TYPES[view.getUint32(at, true)];
    const offset = view.getFloat64(at + 8, true);
    const length = view.getFloat64(at + 16, true);
    const fits =
      Type &&
      Number.isSafeInteger(offset) &&
      Number.isSafeInteger(length) &&
      offset % ALIGNMENT === 0 &&
      offset >= tableEnd &&
      length >= 0 &&
      offset + length * Type.BYTES_PER_ELEMENT <= bytes.length;
    if (!fits) throw invalid(`Section ${index} does not lie within them.`);
    return new Type(bytes.buffer as ArrayBuffer, bytes.byteOffset + offset, length);
  });
}

/** `section` when it is of `type`. @throws SegueError `model_invalid` */
export function sectionOf<T extends Section>(
  sections: readonly Section[],
  index: number,
  type: { new (length: number): T; readonly name: string },
): T {
  const section = sections[index];
  if (!(section instanceof type)) throw invalid(`Section ${index} should hold ${type.name}.`);
  return section;
}
