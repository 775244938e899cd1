/** A WebSocket. Implementations: whatever has the browser's WebSocket interface (browsers, `ws` in Node), in memory (tests). */

/** What happens on a socket. `closed` comes once, last, and also when it never opened. */
export interface SocketEvents {
  /** The handshake has succeeded; `subprotocol` is the server's choice. */
  opened(subprotocol: string): void;
  /** One message: text or binary. */
  message(message: string | Uint8Array): void;
  /** `code` is the close code, 1006 when there is none. */
  closed(code: number): void;
}

export interface Socket {
  /** Sends one message; dropped when the socket is not open. Never throws. */
  send(message: string | Uint8Array): void;
  /** Ends the socket with 1000 or a code from 3000 to 4999. Idempotent; `closed` follows. */
  close(code: number): void;
}

export interface SocketFactory {
  /** Opens a socket to the ws or wss URL, offering `subprotocols`, best first. Never throws. */
  open(url: string, subprotocols: readonly string[], events: SocketEvents): Socket;
}
