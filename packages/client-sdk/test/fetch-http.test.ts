import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { SegueError } from "@segue/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fetchHttp } from "../src/api/fetch-http";
import { httpClientSuite } from "../src/testing/acceptance-http";
import { memoryHttp } from "../src/testing/memory-http";

let server: Server;
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === "/slow") return;
    if (request.url === "/big") return response.end(Buffer.alloc(1024 * 1024));
    if (request.url === "/moved") return response.writeHead(302, { location: "/echo" }).end();
    if (request.method === "GET") return response.writeHead(200, { "x-echo": "yes" }).end("hello");
    response.writeHead(418);
    request.pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const tools = { describe, test, equal: (a: unknown, b: unknown) => expect(a).toEqual(b) };

describe("over fetch", () =>
  httpClientSuite(
    tools,
    () => fetchHttp(),
    () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  ));

describe("in memory", () => {
  const http = memoryHttp(async ({ method, parsed, body }) => {
    if (parsed.port === "1") throw new SegueError("network");
    if (parsed.pathname === "/slow") await new Promise(() => {});
    if (parsed.pathname === "/big") return { body: new Uint8Array(1024 * 1024) };
    if (parsed.pathname === "/moved") return { status: 302, headers: { location: "/echo" } };
    if (method === "GET") return { headers: { "x-echo": "yes" }, body: "hello" };
    return { status: 418, body: body ?? "" };
  });
  httpClientSuite(
    tools,
    () => http,
    () => "http://memory.test",
  );
});
