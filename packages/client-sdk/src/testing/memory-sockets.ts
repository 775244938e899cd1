import type { Socket, SocketEvents, SocketFactory } from "../ports/socket";

/** The server's end of a socket in memory. */
export interface MemoryPeer {
  readonly url: string;
  readonly subprotocols: readonly string[];
  /** Lets the handshake succeed with `subprotocol`. */
  accept(
    subprotocol: string,
    onMessage: (message: string | Uint8Array) => void,
    onClose?: (code: number) => void,
  ): void;
  send(message: string | Uint8Array): void;
  close(code: number): void;
}

/** Sockets without a network: `serve` sees each one as it is opened and may accept it, or close it. */
export function memorySockets(serve: (peer: MemoryPeer) => void): SocketFactory {
  return {
    open(url, subprotocols, events: SocketEvents): Socket {
      let state: "opening" | "open" | "closed" = "opening";
      let onMessage: (message: string | Uint8Array) => void = () => undefined;
      let onClose: (code: number) => void = () => undefined;
      /** Never within the caller's call, as on a network. */
      const later = (run: () => void) => queueMicrotask(run);
      const end = (code: number) => {
        if (state === "closed") return;
        state = "closed";
        later(() => events.closed(code));
      };
      later(() => {
        if (state !== "opening") return;
        serve({
          url,
          subprotocols,
          accept(subprotocol, message, close) {
            onMessage = message;
            onClose = close ?? onClose;
            later(() => {
              if (state !== "opening") return;
              state = "open";
              events.opened(subprotocol);
            });
          },
          send: (message) => later(() => state === "open" && events.message(message)),
          close: (code) => later(() => end(code)),
        });
      });
      return {
        send(message) {
          if (state === "open") later(() => onMessage(message));
        },
        close(code) {
          if (state === "closed") return;
          later(() => onClose(code));
          end(code);
        },
      };
    },
  };
}
