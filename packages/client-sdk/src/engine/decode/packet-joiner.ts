import { SegueError } from "@segue/core";
import type { OggPage } from "./ogg-reader";

/** No packet of a Vorbis stream is larger; the decoder's input buffer holds as much. */
const LARGEST_PACKET = 128 * 1024;

/** Joins the pieces on successive pages to packets. */
export class PacketJoiner {
  #rest: Uint8Array | null = null;

  /** Packets that end on `page`. The tail of a packet whose beginning was never seen is dropped. */
  push(page: OggPage): Uint8Array[] {
    const packets: Uint8Array[] = [];
    let at = 0;
    page.pieces.forEach((length, index) => {
      let piece = page.body.subarray(at, at + length);
      at += length;
      const first = index === 0 && page.continued;
      if (first && !this.#rest) return;
      if (first && this.#rest) piece = concat(this.#rest, piece);
      if (piece.length > LARGEST_PACKET)
        throw new SegueError("decode_failed", { detail: "a packet is too large" });
      this.#rest = null;
      if (page.open && index === page.pieces.length - 1) this.#rest = piece;
      else packets.push(piece);
    });
    return packets;
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
