/** Connections to Connect that are not made by a peer. */
import { request } from "node:http";
import WebSocket from "ws";

const WAIT_MS = 8000;

/** Status of an upgrade that offers `subprotocol`; 101 when it was accepted. */
export function upgradeStatus(origin: string, subprotocol: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`${origin}/v1/connect`, {
      timeout: WAIT_MS,
      headers: {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": Buffer.alloc(16, 1).toString("base64"),
        "sec-websocket-protocol": subprotocol,
      },
    });
    asked.on("response", (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on("upgrade", (_response, socket) => {
      socket.destroy();
      resolve(101);
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer to the upgrade")));
    asked.on("error", reject);
    asked.end();
  });
}

/** A message as it came. */
export interface RawMessage {
  readonly data: Buffer;
  readonly binary: boolean;
}

/** Sends `hello` under `subprotocol` and gives the first message; null when none comes. */
export function firstMessage(
  origin: string,
  subprotocol: string,
  hello: Uint8Array,
): Promise<RawMessage | null> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${origin.replace(/^http/, "ws")}/v1/connect`, [subprotocol]);
    const end = (message: RawMessage | null) => {
      clearTimeout(timer);
      socket.terminate();
      resolve(message);
    };
    const timer = setTimeout(() => end(null), WAIT_MS);
    socket.on("open", () => socket.send(hello));
    socket.on("message", (data: Buffer, binary: boolean) => end({ data, binary }));
    socket.on("close", () => end(null));
    socket.on("error", () => end(null));
  });
}
