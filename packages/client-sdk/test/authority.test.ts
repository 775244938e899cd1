import { describe, expect, test } from "vitest";
import { type AuthorityOptions, findAuthority } from "../src/auth/authority";
import { createOAuthClient } from "../src/auth/oauth-client";
import { createTokenSession } from "../src/auth/session";
import { memoryCredentials } from "../src/memory/memory-stores";
import { manualClock } from "../src/testing/manual-clock";
import { memoryHttp } from "../src/testing/memory-http";
import { fakeOAuth, ISSUER } from "./fake-oauth";

const CLIENTS = { authorizationCode: "app-7", deviceCode: "device-7" };
const said = (changes: object = {}) => ({
  protocolVersion: "v1alpha1",
  server: { name: "x", version: "1" },
  sandbox: false,
  issuer: "https://login.example/realms/music",
  clients: CLIENTS,
  codecs: [],
  features: [],
  ...changes,
});
const find = (answer: object, changes: Partial<AuthorityOptions> = {}) =>
  findAuthority({
    origin: "https://music.example",
    grant: "authorizationCode",
    issuer: null,
    clientId: null,
    capabilities: async () => answer,
    ...changes,
  });

describe("the authority", () => {
  test("is the one that the server names, with the client of the grant", async () => {
    const issuer = "https://login.example/realms/music";
    expect(await find(said())).toEqual({ issuer, clientId: "app-7" });
    expect(await find(said(), { grant: "deviceCode" })).toEqual({ issuer, clientId: "device-7" });
    expect(await find(said(), { clientId: "mine" })).toEqual({ issuer, clientId: "mine" });
  });

  test("is the server itself where it names none", async () => {
    const silent = said({ issuer: undefined, clients: undefined });
    const issuer = "https://music.example";
    expect(await find(silent)).toEqual({ issuer, clientId: "segue-web-player" });
    expect(await find(silent, { grant: "deviceCode" })).toEqual({ issuer, clientId: "segue-device" });
  });

  test("that the application names is not asked for", async () => {
    const capabilities = () => expect.unreachable();
    const issuer = "https://other.example";
    expect(await find({}, { issuer, capabilities })).toEqual({ issuer, clientId: "segue-web-player" });
  });

  test.each(["http://login.example", "javascript:alert(1)", "https://", "login.example", ""])(
    "is not %j for an https server",
    async (issuer) => {
      await expect(find(said({ issuer }))).rejects.toMatchObject({ code: "protocol" });
    },
  );

  test("may be at an http address for a server at one", async () => {
    const issuer = "http://127.0.0.1:9000";
    expect(await find(said({ issuer }), { origin: "http://127.0.0.1:4600" })).toMatchObject({ issuer });
  });
});

function world(issuer: string | undefined, authority = async () => ({ issuer: ISSUER, clientId: "test" })) {
  const clock = manualClock();
  const server = fakeOAuth();
  const held = { accessToken: "access-0", refreshToken: "refresh-0", expiresAt: 0 };
  const store = memoryCredentials(issuer === undefined ? held : { ...held, issuer });
  const oauth = createOAuthClient({ authority, scope: "openid", http: memoryHttp(server.handler), clock });
  let lost = 0;
  const session = createTokenSession({ oauth, store, clock, onLost: () => lost++ });
  return { server, store, session, lost: () => lost };
}

describe("tokens of an issuer", () => {
  test("are renewed by it, and carry its name from then on", async () => {
    for (const known of [undefined, ISSUER]) {
      const { session, store } = world(known);
      expect(await session.token()).toBe("access-1");
      expect((await store.load())?.issuer).toBe(ISSUER);
    }
  });

  test("are not sent to another one that took its place: the sign-in has ended", async () => {
    const { session, store, server, lost } = world("https://before.example");
    expect(await session.token()).toBeNull();
    expect([server.log, await store.load(), lost()]).toEqual([[], null, 1]);
    const leaving = world("https://before.example");
    await leaving.session.end();
    expect([leaving.server.revoked, await leaving.store.load()]).toEqual([[], null]);
  });

  test("are asked for again after the authority could not be found", async () => {
    let tries = 0;
    const { session } = world(ISSUER, async () => {
      if (++tries === 1) throw new Error("away");
      return { issuer: `${ISSUER}/`, clientId: "test" };
    });
    await expect(session.token()).rejects.toThrow();
    expect(await session.token()).toBe("access-1");
  });
});
