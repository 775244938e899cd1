/** Bodies of responses, never more of them than asked for: what comes from outside may have no end. */
import { type Bytes, SegueError } from "@segue/core";

/** The whole body. @throws SegueError `protocol` as soon as it is longer than `maxBytes` */
export async function readBody(response: Response, maxBytes: Bytes): Promise<Uint8Array> {
  const tooLong = () => new SegueError("protocol", { detail: `the answer is longer than ${maxBytes} bytes` });
  if (Number(response.headers.get("content-length") ?? 0) > maxBytes) {
    void response.body?.cancel().catch(() => undefined);
    throw tooLong();
  }
  const pieces: Uint8Array[] = [];
  await readBodyStart(response, maxBytes + 1, (piece) => pieces.push(piece));
  const body = joined(pieces);
  if (body.length > maxBytes) throw tooLong();
  return body;
}

/** Hands the first `maxBytes` of the body, or all of a shorter one, to `onPiece` as they come. The rest is not read. */
export async function readBodyStart(
  response: Response,
  maxBytes: Bytes,
  onPiece: (piece: Uint8Array) => unknown,
): Promise<void> {
  const reader = response.body?.getReader();
  for (let left = maxBytes; reader && left > 0; ) {
    const { done, value } = await reader.read();
    if (done) return;
    if (value.length > 0) onPiece(value.subarray(0, left));
    left -= value.length;
  }
  // Not waited for: a server that never ends its answer may hold this up, too.
  void reader?.cancel().catch(() => undefined);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const body = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    body.set(piece, offset);
    offset += piece.length;
  }
  return body;
}
