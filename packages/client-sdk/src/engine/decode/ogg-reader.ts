import { type Bytes, type Frames, SegueError } from "@segue/core";
import type { RandomReader } from "../../ports/decoder";

/** One page of an Ogg stream. */
export interface OggPage {
  readonly offset: Bytes;
  readonly end: Bytes;
  /** Position at the end of the last packet that ends on this page; null when none does. */
  readonly granule: Frames | null;
  readonly continued: boolean;
  readonly serial: number;
  /** Lengths of the pieces of packets on this page. */
  readonly pieces: readonly Bytes[];
  /** Whether the last piece goes on on the next page. */
  readonly open: boolean;
  readonly body: Uint8Array;
}

const HEADER = 27;
const LARGEST_PAGE = HEADER + 255 + 255 * 255;

/** Reads the page at `offset`; null at the end. @throws SegueError `decode_failed` when there is none */
export async function readPage(reader: RandomReader, offset: Bytes): Promise<OggPage | null> {
  const head = await reader.read(offset, HEADER + 255);
  if (head.length === 0) return null;
  const page = parseHead(head, offset);
  if (!page || page.end > reader.size)
    throw new SegueError("decode_failed", { detail: `no Ogg page at byte ${offset}` });
  const bodyAt = page.end - page.bodyBytes;
  const inHead = head.subarray(bodyAt - offset, page.end - offset);
  const body = inHead.length === page.bodyBytes ? inHead : await reader.read(bodyAt, page.bodyBytes);
  return { ...page, body };
}

/** The first page that begins in `from` … `to`; null when there is none. Its checksum is verified. */
export async function findPage(reader: RandomReader, from: Bytes, to: Bytes): Promise<OggPage | null> {
  for (let at = from; at < to; ) {
    const chunk = await reader.read(at, 16_384);
    if (chunk.length < HEADER) return null;
    const found = indexOfCapture(chunk);
    if (found < 0) {
      at += chunk.length - 3;
      continue;
    }
    if (at + found >= to) return null;
    const bytes = await reader.read(at + found, LARGEST_PAGE);
    const page = parseHead(bytes, at + found);
    if (page && page.end <= reader.size && checksumHolds(bytes.subarray(0, page.end - page.offset))) {
      return {
        ...page,
        body: bytes.subarray(page.end - page.bodyBytes - page.offset, page.end - page.offset),
      };
    }
    at += found + 1;
  }
  return null;
}

function parseHead(head: Uint8Array, offset: Bytes): (Omit<OggPage, "body"> & { bodyBytes: Bytes }) | null {
  if (head.length < HEADER || indexOfCapture(head.subarray(0, 4)) !== 0 || head[4] !== 0) return null;
  const count = head[26]!;
  if (head.length < HEADER + count) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const granule = view.getBigInt64(6, true);
  const pieces: Bytes[] = [];
  let piece = 0;
  let total = 0;
  let open = false;
  for (let i = 0; i < count; i++) {
    const lacing = head[HEADER + i]!;
    piece += lacing;
    total += lacing;
    open = lacing === 255;
    if (!open) {
      pieces.push(piece);
      piece = 0;
    }
  }
  if (open) pieces.push(piece);
  return {
    offset,
    end: offset + HEADER + count + total,
    granule: granule < 0n ? null : Number(granule),
    continued: (head[5]! & 1) === 1,
    serial: view.getUint32(14, true),
    pieces,
    open,
    bodyBytes: total,
  };
}

function indexOfCapture(bytes: Uint8Array): number {
  for (let i = bytes.indexOf(0x4f); i >= 0 && i + 4 <= bytes.length; i = bytes.indexOf(0x4f, i + 1)) {
    if (bytes[i + 1] === 0x67 && bytes[i + 2] === 0x67 && bytes[i + 3] === 0x53) return i;
  }
  return -1;
}

const CRC = new Uint32Array(256).map((_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});

function checksumHolds(page: Uint8Array): boolean {
  let crc = 0;
  for (let i = 0; i < page.length; i++) {
    const byte = i >= 22 && i < 26 ? 0 : page[i]!;
    crc = ((crc << 8) ^ CRC[((crc >>> 24) ^ byte) & 255]!) >>> 0;
  }
  return crc === new DataView(page.buffer, page.byteOffset).getUint32(22, true);
}
