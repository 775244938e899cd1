/** Requests that are hardly HTTP, or never end: each gets a problem, and the server keeps serving. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApp, type TestApp } from "./support/app";
import { makeFixture } from "./support/fixture";

const fixture = await makeFixture({ SEGUE_RATE_LIMIT: "0" });
let app: TestApp;
let token: string;
beforeAll(async () => {
  app = await startApp(fixture, { patience: { headMs: 400, requestMs: 800, lookMs: 50 } });
  const user = await fixture.addUser("premium");
  await app.admit(user);
  token = user.id;
});
afterAll(async () => {
  await app.close();
  await fixture.close();
});

async function open(): Promise<Socket> {
  const socket = connect(Number(new URL(app.origin).port), "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Everything that comes until the server closes the connection. */
async function untilClosed(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(socket, "close");
  return Buffer.concat(chunks).toString("latin1");
}

/** Sends `bytes`, ends its half of the connection, and gives the answer. */
async function send(bytes: string): Promise<string> {
  const socket = await open();
  const answer = untilClosed(socket);
  socket.end(bytes, "latin1");
  return answer;
}

function problemOf(answer: string): { status: number; code: string } {
  const [head = "", body = ""] = answer.split("\r\n\r\n", 2);
  expect(head).toMatch(/content-type: application\/problem\+json/i);
  const { code, status, supportId } = JSON.parse(body);
  expect(supportId).toBeTruthy();
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  return { status, code };
}

const post = (headers: readonly string[], body: string, path = "/v1/playback/grants") =>
  [
    `POST ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    `authorization: Bearer ${token}`,
    "content-type: application/json",
    ...headers,
    "",
    body,
  ].join("\r\n");
const get = (path: string, ...headers: string[]) =>
  [`GET ${path} HTTP/1.1`, "host: 127.0.0.1", "connection: close", ...headers, "", ""].join("\r\n");

async function expectServing(): Promise<void> {
  expect((await fetch(`${app.origin}/v1/capabilities`)).status).toBe(200);
}

describe("a request", () => {
  const chunked = "transfer-encoding: chunked";
  it.each([
    ["whose body ends early", () => post(["content-length: 500"], '{"deviceId":'), "malformed_body"],
    ["whose chunks end early", () => post([chunked], "5\r\n{"), "malformed_body"],
    ["whose chunks are no chunks", () => post([chunked], "zz\r\n{}\r\n"), "malformed_body"],
    ["with two lengths", () => post(["content-length: 2", "content-length: 7"], "{}"), "invalid_request"],
    ["with a length and chunks", () => post(["content-length: 2", chunked], "0\r\n\r\n"), "invalid_request"],
    ["with a negative length", () => post(["content-length: -1"], ""), "invalid_request"],
    ["with enormous headers", () => get("/livez", `x-much: ${"x".repeat(40_000)}`), "invalid_request"],
    ["with a header that is none", () => get("/livez", "no colon here"), "invalid_request"],
    ["for a path that is no path", () => get("/v1/albums/%zz"), "invalid_request"],
    ["for a very long id", () => get(`/v1/albums/${"a".repeat(4000)}`), "invalid_request"],
    ["of another protocol", () => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "invalid_request"],
  ])("%s gets its error", async (_name, bytes, code) => {
    expect(problemOf(await send(bytes()))).toEqual({ status: 400, code });
    await expectServing();
  });

  it("by an unknown method is told which are known", async () => {
    const answer = await send(get("/v1/me").replace("GET", "PROPFIND"));
    expect(problemOf(answer).code).toMatch(/^(method_not_allowed|not_found)$/);
    await expectServing();
  });

  it("with garbage behind it gets one answer and no mixture of two", async () => {
    const ask = "GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";
    const answer = await send(`${ask}\0garbage\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 (200|400) /);
    const [head = "", body = ""] = answer.split("\r\n\r\n");
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
    expect(() => JSON.parse(body.slice(0, length))).not.toThrow();
    await expectServing();
  });

  it("whose sender goes away in the middle, many at once, leaves the server well", async () => {
    const sockets = await Promise.all(Array.from({ length: 100 }, open));
    for (const [i, socket] of sockets.entries()) {
      socket.write(post(["content-length: 60000"], "{".repeat(i * 10)));
      setTimeout(() => (i % 2 ? socket.destroy() : socket.resetAndDestroy()), i % 7);
    }
    await Promise.all(sockets.map((socket) => once(socket, "close")));
    await expectServing();
  });
});

describe("requests that trickle in", () => {
  it("are cut, whether head or body is slow, and others are served meanwhile", async () => {
    const sockets = await Promise.all(Array.from({ length: 150 }, open));
    const cut = sockets.map(untilClosed);
    const slowBody = post(["content-length: 60000"], "");
    for (const [i, socket] of sockets.entries())
      socket.write(i % 2 ? slowBody : "GET /v1/capabilities HTTP/1.1\r\nhost: 127.0.0.1\r\n");
    const trickle = setInterval(() => {
      for (const [i, socket] of sockets.entries())
        if (socket.writable) socket.write(i % 2 ? " " : "x: y\r\n");
    }, 20);
    try {
      let served = 0;
      const all = Promise.all(cut).then(() => "cut" as const);
      while ((await Promise.race([all, expectServing()])) !== "cut") served++;
      expect(served).toBeGreaterThan(0);
      for (const answer of await Promise.all(cut)) {
        // The peer may be gone before it reads why.
        if (answer !== "") expect(problemOf(answer)).toEqual({ status: 400, code: "invalid_request" });
      }
    } finally {
      clearInterval(trickle);
    }
  });
});
