import { extname } from "node:path";

/** Formats that are told apart by their first bytes. */
export type MasterFormat =
  | "wav"
  | "flac"
  | "vorbis"
  | "opus"
  | "mp3"
  | "mp4"
  | "aac"
  | "aiff"
  | "wma"
  | "wavpack";

const ascii = (bytes: Uint8Array, at: number, text: string) => {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
};

/** Length of a leading ID3v2 tag, 0 when there is none. */
export function id3Length(bytes: Uint8Array): number {
  if (bytes.length < 10 || !ascii(bytes, 0, "ID3")) return 0;
  const size = bytes.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 127), 0);
  return 10 + size + ((bytes[5]! & 0x10) !== 0 ? 10 : 0);
}

/** The format that `bytes` (at least the first 64 KiB of a file) begin with, or null. */
export function sniffFormat(bytes: Uint8Array): MasterFormat | null {
  if (ascii(bytes, 0, "RIFF") && ascii(bytes, 8, "WAVE")) return "wav";
  if (ascii(bytes, 0, "fLaC")) return "flac";
  if (ascii(bytes, 0, "OggS")) {
    const packet = 27 + (bytes[26] ?? 0);
    if (ascii(bytes, packet + 1, "vorbis")) return "vorbis";
    if (ascii(bytes, packet, "OpusHead")) return "opus";
    return null;
  }
  if (ascii(bytes, 4, "ftyp")) return "mp4";
  if (ascii(bytes, 0, "FORM") && (ascii(bytes, 8, "AIFF") || ascii(bytes, 8, "AIFC"))) return "aiff";
  if (ascii(bytes, 0, "wvpk")) return "wavpack";
  if (bytes[0] === 0x30 && bytes[1] === 0x26 && bytes[2] === 0xb2 && bytes[3] === 0x75) return "wma";
  const id3 = id3Length(bytes);
  if (id3 > 0) return ascii(bytes, id3, "fLaC") ? "flac" : "mp3";
  if (bytes[0] === 0xff && bytes.length > 4) {
    const second = bytes[1]!;
    if ((second & 0xf6) === 0xf0) return "aac";
    if ((second & 0xe0) === 0xe0 && (second & 0x06) !== 0 && (bytes[2]! & 0xf0) !== 0xf0) return "mp3";
  }
  return null;
}

const EXTENSION: Record<string, readonly MasterFormat[]> = {
  ".wav": ["wav"],
  ".wave": ["wav"],
  ".flac": ["flac"],
  ".ogg": ["vorbis", "opus"],
  ".oga": ["vorbis", "opus", "flac"],
  ".opus": ["opus"],
  ".mp3": ["mp3"],
  ".m4a": ["mp4"],
  ".mp4": ["mp4"],
  ".aac": ["aac", "mp4"],
  ".aif": ["aiff"],
  ".aiff": ["aiff"],
  ".wma": ["wma"],
  ".wv": ["wavpack"],
};

/** Formats that a file of this name is expected to hold; undefined for a name that promises no audio. */
export function formatsOfName(path: string): readonly MasterFormat[] | undefined {
  return EXTENSION[extname(path).toLowerCase()];
}

/** Whether decoding gives back exactly what the artist delivered; unknown (false) for containers that hold either. */
export function isLossless(format: MasterFormat): boolean {
  return format === "wav" || format === "flac" || format === "aiff" || format === "wavpack";
}
