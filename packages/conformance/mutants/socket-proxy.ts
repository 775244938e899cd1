/** Passes a Connect connection on frame by frame, through mutants. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import WebSocket, { WebSocketServer } from "ws";
import type { Frame, Tamper } from "./mutant";

const CLOSE_WITHOUT_STATUS = 1005;
const ABNORMAL = 1006;

function passClose(to: WebSocket, code: number): void {
  if (to.readyState !== WebSocket.OPEN) to.terminate();
  else if (code === CLOSE_WITHOUT_STATUS) to.close();
  else if (code === ABNORMAL) to.terminate();
  else to.close(code);
}

type Change = (frame: Frame, connection: object) => readonly Frame[];

/** Sends `data` on, changed; what is no JSON goes on as it is. */
function passOn(
  data: Buffer,
  binary: boolean,
  to: WebSocket,
  changes: readonly Change[],
  connection: object,
): void {
  if (to.readyState !== WebSocket.OPEN) return;
  let frames: readonly Frame[];
  try {
    if (binary) throw new Error("binary");
    frames = [JSON.parse(data.toString("utf8")) as Frame];
  } catch {
    to.send(data, { binary });
    return;
  }
  for (const change of changes) frames = frames.flatMap((frame) => change(frame, connection));
  for (const frame of frames) to.send(JSON.stringify(frame));
}

/** Takes over upgrades and relays them to `upstream`, a WebSocket origin. */
export function relaySockets(upstream: string, tampers: readonly Tamper[]) {
  const server = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => [...offered][0] ?? false,
  });
  const down = tampers.flatMap((tamper) => tamper.frame ?? []);
  const up = tampers.flatMap((tamper) => tamper.sent ?? []);
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const subprotocols = String(request.headers["sec-websocket-protocol"] ?? "")
      .split(/, */)
      .filter(Boolean);
    const behind = new WebSocket(`${upstream}${request.url}`, subprotocols);
    behind.once("error", () => socket.destroy());
    behind.once("unexpected-response", (_asked, response) => {
      socket.end(
        `HTTP/1.1 ${response.statusCode} ${response.statusMessage}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
      );
    });
    behind.once("open", () => {
      server.handleUpgrade(request, socket, head, (client) => {
        const connection = {};
        client.on("message", (data: Buffer, binary: boolean) => passOn(data, binary, behind, up, connection));
        behind.on("message", (data: Buffer, binary: boolean) =>
          passOn(data, binary, client, down, connection),
        );
        client.on("close", (code) => passClose(behind, code));
        behind.on("close", (code) => {
          if (!tampers.some((tamper) => tamper.deaf?.(code))) passClose(client, code);
        });
        for (const one of [client, behind]) one.on("error", () => {});
      });
    });
  };
}
