/** The browser's WebSocket, and whatever is made after it, as a socket port. */
import type { SocketFactory } from "../ports/socket";

/** As much of the WebSocket interface as is used here; the one of browsers and the class of the package `ws` have it. */
export interface WebSocketLike {
  binaryType: string;
  readonly protocol: string;
  readonly readyState: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  addEventListener(type: "open" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { readonly code: number }) => void): void;
}
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

const OPEN = 1;
const NEVER_OPENED = 1006;

/** Sockets made by the constructor `Make`. */
export function webSockets(Make: WebSocketConstructor): SocketFactory {
  return {
    open(url, subprotocols, events) {
      let ended = false;
      const end = (code: number) => {
        if (ended) return;
        ended = true;
        events.closed(code);
      };
      let socket: WebSocketLike;
      try {
        socket = new Make(url, [...subprotocols]);
      } catch {
        // A page's security policy may forbid it.
        queueMicrotask(() => end(NEVER_OPENED));
        return { send: () => undefined, close: end };
      }
      socket.binaryType = "arraybuffer";
      socket.addEventListener("open", () => !ended && events.opened(socket.protocol));
      socket.addEventListener("message", ({ data }) => {
        if (ended) return;
        if (typeof data === "string") events.message(data);
        else if (data instanceof ArrayBuffer) events.message(new Uint8Array(data));
      });
      socket.addEventListener("close", ({ code }) => end(code));
      // The close event that follows says what there is to say.
      socket.addEventListener("error", () => undefined);
      return {
        send(message) {
          if (ended || socket.readyState !== OPEN) return;
          socket.send(typeof message === "string" ? message : new Uint8Array(message));
        },
        close(code) {
          if (ended) return;
          try {
            socket.close(code);
          } catch {
            socket.close();
          }
          end(code);
        },
      };
    },
  };
}
