/** Streams a part of a file to a reader with bounded memory and bounded patience. */

import type { FileHandle } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { Bytes, Milliseconds } from "@segue/core";

const CHUNK_BYTES = 64 * 1024;

/** How a body is streamed. */
export interface FileBodyOptions {
  readonly start: Bytes;
  /** Last byte, inclusive. */
  readonly end: Bytes;
  /** A reader that takes no 64 KiB for this long loses the connection. */
  readonly stallMs: Milliseconds;
}

/** Destroys the response when its reader takes nothing for `stallMs`. Returns the function that says it took something. */
function watchReader(response: ServerResponse, stallMs: Milliseconds): () => void {
  const timer = setTimeout(() => response.destroy(), stallMs);
  timer.unref();
  response.once("close", () => clearTimeout(timer));
  return () => {
    timer.refresh();
  };
}

/** A stream of `handle`'s bytes from `start` to `end`; closes the handle at its end. */
export function fileBody(handle: FileHandle, response: ServerResponse, options: FileBodyOptions): Readable {
  const progressed = watchReader(response, options.stallMs);
  let position = options.start;
  return new Readable({
    highWaterMark: CHUNK_BYTES,
    read() {
      progressed();
      const want = Math.min(CHUNK_BYTES, options.end + 1 - position);
      if (want === 0) {
        this.push(null);
        return;
      }
      handle.read(Buffer.allocUnsafe(want), 0, want, position).then(
        ({ bytesRead, buffer }) => {
          if (bytesRead === 0) {
            this.destroy(new Error("the media object became shorter while it was sent"));
            return;
          }
          position += bytesRead;
          this.push(bytesRead === want ? buffer : buffer.subarray(0, bytesRead));
        },
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, done) {
      handle.close().then(
        () => done(error),
        () => done(error),
      );
    },
  });
}
