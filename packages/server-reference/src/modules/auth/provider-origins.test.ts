import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { providerOrigins } from "./provider-origins";

let said: Record<string, unknown> | null;
let asked: number;
let issuer: string;
const server = createServer((_request, response) => {
  asked++;
  if (said === null) response.writeHead(500).end();
  else response.end(JSON.stringify({ issuer, ...said }));
});
beforeEach(async () => {
  asked = 0;
  said = {};
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

it("has the origins of what a page calls, each once, and of nothing else", async () => {
  said = {
    token_endpoint: "https://token.example/a?b",
    revocation_endpoint: "https://token.example/revoke",
    userinfo_endpoint: "https://userinfo.example/",
  };
  expect(await providerOrigins(issuer, () => 0)()).toEqual([issuer, "https://token.example"]);
  said = { token_endpoint: `${issuer}/token` };
  expect(await providerOrigins(issuer, () => 0)()).toEqual([issuer]);
});

it.each([
  "http://token.example/",
  "javascript:alert(1)",
  "https://a;script-src/",
  "https://a,b/",
  "data:,x",
  "",
  7,
])("does not have %j", async (token_endpoint) => {
  said = { token_endpoint };
  expect(await providerOrigins(issuer, () => 0)()).toEqual([issuer]);
});

it("has the issuer alone while the provider is away or speaks for another, and asks again", async () => {
  let clock = 0;
  const read = providerOrigins(issuer, () => clock);
  said = null;
  expect(await read()).toEqual([issuer]);
  said = { issuer: "https://another.example", token_endpoint: "https://token.example" };
  expect(await read()).toEqual([issuer]);
  expect(asked).toBe(1);
  clock = 5_000;
  expect(await read()).toEqual([issuer]);
  expect(asked).toBe(2);
  said = { token_endpoint: "https://token.example" };
  clock = 10_000;
  expect(await read()).toEqual([issuer, "https://token.example"]);
  await read();
  expect(asked).toBe(3);
  said = null;
  clock += 600_000;
  expect(await read()).toEqual([issuer, "https://token.example"]);
});
