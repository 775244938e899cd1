import { LIMITS } from "./limits";

interface Picture {
  readonly mime: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * The media type of a cover picture by its own head. Null for what is no JPEG, PNG, WebP or GIF, for one that is
 * larger in bytes than a cover may be, and for one that a few bytes unfold into more pixels than a player should draw.
 */
export function sniffPicture(bytes: Uint8Array): string | null {
  if (bytes.length < 64 || bytes.length > LIMITS.coverBytes) return null;
  const picture = readHead(bytes);
  if (!picture) return null;
  const { width, height } = picture;
  const isBounded = width > 0 && height > 0 && Math.max(width, height) <= LIMITS.coverSide;
  return isBounded && width * height <= LIMITS.coverPixels ? picture.mime : null;
}

function readHead(bytes: Uint8Array): Picture | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts = (at: number, ...values: number[]) => values.every((value, i) => bytes[at + i] === value);
  if (starts(0, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a))
    return { mime: "image/png", width: view.getUint32(16), height: view.getUint32(20) };
  if (starts(0, 0x47, 0x49, 0x46, 0x38))
    return { mime: "image/gif", width: view.getUint16(6, true), height: view.getUint16(8, true) };
  if (starts(0, 0x52, 0x49, 0x46, 0x46) && starts(8, 0x57, 0x45, 0x42, 0x50)) return readWebp(view);
  if (starts(0, 0xff, 0xd8, 0xff)) return readJpeg(view);
  return null;
}

function readWebp(view: DataView): Picture | null {
  const mime = "image/webp";
  const read24 = (at: number) => view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
  const kind = view.getUint32(12);
  if (kind === 0x56503858) return { mime, width: read24(24) + 1, height: read24(27) + 1 };
  if (kind === 0x56503820)
    return { mime, width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (kind !== 0x5650384c) return null;
  const bits = view.getUint32(21, true);
  return { mime, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/** Walks from segment to segment to the one that tells the size. */
function readJpeg(view: DataView): Picture | null {
  for (let at = 2; at + 9 < view.byteLength; ) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { mime: "image/jpeg", width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return null;
}
