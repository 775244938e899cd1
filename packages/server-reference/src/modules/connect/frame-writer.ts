/** Encodes frames once per subprotocol and writes them to a socket within a bound. */
import type { ServerFrame } from "@segue/core";
import { type ConnectMessage, type ConnectSubprotocol, writeServerFrame } from "@segue/core/wire";
import type { WebSocket } from "ws";
import { MAX_BUFFERED_BYTES } from "./limits";

/** A frame that goes to several connections, encoded at most once per subprotocol. */
export interface Encoded {
  readonly frame: ServerFrame;
  as(subprotocol: ConnectSubprotocol): ConnectMessage;
}

export function encoded(frame: ServerFrame): Encoded {
  const made = new Map<ConnectSubprotocol, ConnectMessage>();
  return {
    frame,
    as(subprotocol) {
      const held = made.get(subprotocol) ?? writeServerFrame(subprotocol, frame);
      made.set(subprotocol, held);
      return held;
    },
  };
}

/** Writes one message; false when its reader is too slow for it. */
export function writeBounded(socket: WebSocket, message: ConnectMessage): boolean {
  if (socket.bufferedAmount > MAX_BUFFERED_BYTES) return false;
  socket.send(message, { compress: false }, () => undefined);
  return true;
}
