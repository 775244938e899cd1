/** Bodies of responses, never more of them than asked for: what comes from outside may have no end. */
import { type Bytes, SegueError } from "@segue/core";

/** The whole body. @throws SegueError `protocol` as soon as it is longer than `maxBytes` */
export async function readBody(response: Response, maxBytes: Bytes): Promise<Uint8Array> {
  const tooLong = () => new SegueError("protocol", { detail: `the answer is longer than ${maxBytes} bytes` });
  if (Number(response.headers.get("content-length") ?? 0) > maxBytes) {
    void response.body?.cancel().catch(() => undefined);
    throw tooLong();
  }
  const { bytes, more } = await take(response, maxBytes);
  if (more) throw tooLong();
  return bytes;
}

/** The first `maxBytes` of the body, or all of a shorter one. The rest is not read. */
export async function readBodyStart(response: Response, maxBytes: Bytes): Promise<Uint8Array> {
  return (await take(response, maxBytes)).bytes;
}

async function take(
  response: Response,
  maxBytes: Bytes,
): Promise<{ readonly bytes: Uint8Array; readonly more: boolean }> {
  if (!response.body) return { bytes: new Uint8Array(0), more: false };
  const reader = response.body.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { bytes: joined(pieces, length), more: false };
    length += value.length;
    pieces.push(value);
    if (length > maxBytes) break;
  }
  // Not waited for: a server that never ends its answer may hold this up, too.
  void reader.cancel().catch(() => undefined);
  return { bytes: joined(pieces, maxBytes), more: true };
}

function joined(pieces: readonly Uint8Array[], length: Bytes): Uint8Array {
  const body = new Uint8Array(length);
  let offset = 0;
  for (const piece of pieces) {
    body.set(piece.subarray(0, length - offset), offset);
    offset += Math.min(piece.length, length - offset);
  }
  return body;
}
