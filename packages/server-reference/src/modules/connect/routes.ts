/** GET /v1/connect: the WebSocket upgrade of Connect. */
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { ERROR_TABLE, type ErrorCode, MAX_CLIENT_FRAME_BYTES, SegueError } from "@segue/core";
import { CONNECT_JSON, CONNECT_PROTOBUF, type ConnectSubprotocol } from "@segue/core/wire";
import type { FastifyInstance } from "fastify";
import { WebSocketServer } from "ws";
import type { ServerContext } from "../../context";
import { answersTo } from "../../http/host";
import type { Hub } from "./hub";
import { MAX_GREETING_PER_ADDRESS } from "./limits";

const PATH = "/v1/connect";

/** Best first, as the client prefers. */
const chosen = (offered: Iterable<string>): ConnectSubprotocol | null => {
  for (const name of offered) if (name === CONNECT_PROTOBUF || name === CONNECT_JSON) return name;
  return null;
};

/** What upgrades requests; the sockets live longer than they. */
export function createSockets(): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    maxPayload: MAX_CLIENT_FRAME_BYTES,
    perMessageDeflate: false,
    clientTracking: true,
    handleProtocols: (offered) => chosen(offered) ?? false,
  });
}

/** What the routes use. */
export interface ConnectRouteNeeds {
  readonly hub: Hub;
  readonly sockets: WebSocketServer;
}

/** Serves Connect on the same port as everything else. */
export async function connectRoutes(
  app: FastifyInstance,
  { config }: ServerContext,
  { hub, sockets }: ConnectRouteNeeds,
): Promise<void> {
  /** Connections by address that were not greeted yet. */
  const greeting = new Map<string, number>();

  app.get(PATH, async () => {
    throw new SegueError("invalid_request", { detail: "this address takes WebSocket upgrades" });
  });

  app.server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    const refusal = refuse(request.url ?? "", request.headers);
    if (refusal) {
      reject(socket, refusal.code, refusal.detail);
      return;
    }
    const address = request.socket.remoteAddress ?? "";
    const waiting = greeting.get(address) ?? 0;
    if (waiting >= MAX_GREETING_PER_ADDRESS || !hub.hasRoom) {
      reject(socket, "unavailable", "there is no room for another connection");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      greeting.set(address, (greeting.get(address) ?? 0) + 1);
      let counted = true;
      const forget = () => {
        if (!counted) return;
        counted = false;
        const left = (greeting.get(address) ?? 1) - 1;
        if (left > 0) greeting.set(address, left);
        else greeting.delete(address);
      };
      webSocket.once("close", forget);
      hub.accept(webSocket, webSocket.protocol as ConnectSubprotocol, forget);
    });
  });

  function refuse(
    url: string,
    headers: { readonly host?: string | undefined; readonly "sec-websocket-protocol"?: string | undefined },
  ): { readonly code: ErrorCode; readonly detail: string } | null {
    if (!answersTo(config, headers.host))
      return { code: "forbidden", detail: "this server answers on loopback names only" };
    if (url.split("?")[0] !== PATH) return { code: "not_found", detail: "there is no such socket" };
    const offered = (headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
    if (chosen(offered) === null)
      return { code: "invalid_request", detail: `offer ${CONNECT_PROTOBUF} or ${CONNECT_JSON}` };
    return null;
  }
}

/** Answers an upgrade with problem details and ends it. */
function reject(socket: Duplex, code: ErrorCode, detail: string): void {
  const { status, title } = ERROR_TABLE[code];
  const body = JSON.stringify({ title, status, code, detail });
  const headers = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    ...(code === "unavailable" ? ["Retry-After: 1"] : []),
  ];
  socket.end(`${headers.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}
