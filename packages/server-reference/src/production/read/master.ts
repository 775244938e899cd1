import { realpath } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import type { Bytes } from "@segue/core";
import { type ByteSource, hashOf, type OpenFile, openFile } from "./byte-source";
import { MasterRejected } from "./master-rejected";
import { formatsOfName, id3Length, type MasterFormat, sniffFormat } from "./sniff";
import type { Signs } from "./workshop";

/** Bytes of audio in a format that is known. */
export interface EncodedAudio extends ByteSource {
  readonly format: MasterFormat;
  /** Where the file really lies: ffmpeg reads it again. */
  readonly path: string;
  /** Length of a leading ID3v2 tag. */
  readonly id3Bytes: Bytes;
}

/** A master that is held open. */
export interface Master extends EncodedAudio, OpenFile {
  /** Lower-case hex SHA-256 of the file. */
  readonly contentHash: string;
}

/** At least what the formats are told apart by. */
const SNIFFED_BYTES = 64 * 1024;

/**
 * Opens the file at `path` below `root`; follows no link out of it.
 * @throws MasterRejected `unreadable`, `empty`, `too_large`, `not_audio`, `wrong_extension`
 */
export async function openMaster(root: string, path: string, signs: Signs): Promise<Master> {
  const real = await insidePath(root, path);
  const file = await openFile(real);
  try {
    const head = await file.read(0, SNIFFED_BYTES);
    const format = sniffFormat(head);
    if (!format) throw new MasterRejected("not_audio");
    if (!formatsOfName(path)?.includes(format))
      throw new MasterRejected("wrong_extension", `It holds ${format}.`);
    const id3Bytes = id3Length(head);
    return { ...file, path: real, format, id3Bytes, contentHash: await hashOf(file, signs) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Where the file really lies: a link may have taken its place, or a folder's, after the scan. */
async function insidePath(root: string, path: string): Promise<string> {
  const [base, real] = await Promise.all([realpath(root), realpath(join(root, path))]).catch(() => {
    throw new MasterRejected("unreadable");
  });
  const inside = relative(base, real);
  if (inside.split(sep)[0] === ".." || isAbsolute(inside))
    throw new MasterRejected("unreadable", "The link leads out of the folder.");
  return real;
}
