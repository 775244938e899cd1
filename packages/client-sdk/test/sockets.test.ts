import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket, { WebSocketServer } from "ws";
import { type WebSocketConstructor, webSockets } from "../src/connect/web-socket";
import { socketSuite } from "../src/testing/acceptance-socket";
import { memorySockets } from "../src/testing/memory-sockets";

const tools = {
  describe,
  test: (name: string, body: () => Promise<void>) => test(name, body),
  equal: (actual: unknown, expected: unknown) => expect(actual).toEqual(expected),
};

describe("a WebSocket class", () => {
  let server: Server;
  let sockets: WebSocketServer;
  beforeAll(async () => {
    server = createServer();
    sockets = new WebSocketServer({ server, path: "/echo", handleProtocols: () => "echo" });
    sockets.on("connection", (socket) =>
      socket.on("message", (data, isBinary) => {
        if (!isBinary && String(data) === "end") socket.close(3042);
        else socket.send(data, { binary: isBinary });
      }),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  });
  socketSuite(
    tools,
    () => webSockets(WebSocket as unknown as WebSocketConstructor),
    (path) => `ws://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
  );

  test("that a page may not use is a socket that never opened", async () => {
    const forbidden = class {
      constructor() {
        throw new Error("refused by the page's policy");
      }
    };
    const code = await new Promise((closed) =>
      webSockets(forbidden as unknown as WebSocketConstructor).open("ws://x", [], {
        opened: () => undefined,
        message: () => undefined,
        closed,
      }),
    );
    expect(code).toBe(1006);
  });
});

describe("in memory", () => {
  socketSuite(
    tools,
    () =>
      memorySockets((peer) => {
        if (!peer.url.endsWith("/echo")) {
          peer.close(1006);
          return;
        }
        peer.accept("echo", (message) => {
          if (message === "end") peer.close(3042);
          else peer.send(message);
        });
      }),
    (path) => `ws://memory${path}`,
  );
});
