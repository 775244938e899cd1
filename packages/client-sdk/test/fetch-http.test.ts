import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fetchHttp } from "../src/api/fetch-http";
import { httpClientSuite } from "../src/testing/acceptance-http";

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

httpClientSuite(
  { describe, test, equal: (a, b) => expect(a).toEqual(b) },
  () => fetchHttp(),
  () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
);
