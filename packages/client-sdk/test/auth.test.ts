import { SegueError } from "@segue/core";
import { describe, expect, test } from "vitest";
import { createAuth } from "../src/auth/auth";
import { createOAuthClient } from "../src/auth/oauth-client";
import { createTokenSession } from "../src/auth/session";
import type { AuthState, DeviceCode, User } from "../src/client";
import { memoryCredentials, memoryIndex } from "../src/memory/memory-stores";
import type { CredentialStore } from "../src/ports/credentials";
import { manualClock } from "../src/testing/manual-clock";
import { memoryHttp } from "../src/testing/memory-http";
import { fakeOAuth, ISSUER } from "./fake-oauth";

const user: User = {
  id: "usr_00000000000000000000000001" as User["id"],
  name: "Ada",
  plan: "premium",
  market: "DE",
  explicitFilter: false,
};

function world(store: CredentialStore = memoryCredentials(), me: () => Promise<User> = async () => user) {
  const clock = manualClock();
  const server = fakeOAuth();
  const http = memoryHttp(server.handler);
  const authority = async () => ({ issuer: ISSUER, clientId: "test" });
  const oauth = createOAuthClient({ authority, scope: "offline_access", http, clock });
  const states: AuthState["kind"][] = [];
  const session = createTokenSession({ oauth, store, clock, onLost: () => auth.lost() });
  const index = memoryIndex();
  const open = () =>
    createAuth({
      oauth,
      session,
      store,
      index,
      clock,
      interactive: null,
      me,
      onState: (state) => states.push(state.kind),
    });
  const auth = open();
  async function settle<T>(promise: Promise<T>, stepMs = 1_000): Promise<T> {
    let done = false;
    promise
      .catch(() => undefined)
      .finally(() => {
        done = true;
      });
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(stepMs);
    }
    return promise;
  }
  return { clock, server, http, oauth, session, auth, open, states, settle, store };
}

describe("the device grant", () => {
  test("shows the code, waits for approval and signs in", async () => {
    const { auth, server, settle, states } = world();
    server.polls.push("authorization_pending", "slow_down", "ok");
    const codes: DeviceCode[] = [];
    expect(await settle(auth.signInWithDeviceCode((code) => codes.push(code)))).toEqual(user);
    expect(codes[0]).toMatchObject({ userCode: "ABCD-EFGH", verificationUriComplete: null });
    expect(states).toEqual(["signed_out", "signing_in", "signed_in"]);
    expect(await auth.signInWithDeviceCode(() => expect.unreachable())).toEqual(user);
  });

  test("ends when the listener declines", async () => {
    const { auth, server, settle } = world();
    server.polls.push("access_denied");
    await expect(settle(auth.signInWithDeviceCode(() => {}))).rejects.toMatchObject({
      code: "aborted",
    });
    expect(auth.state).toMatchObject({ kind: "signed_out", error: { code: "aborted" } });
  });

  test("ends when the code expires or the caller aborts", async () => {
    const late = world();
    late.server.polls.push(...Array<"authorization_pending">(1_000).fill("authorization_pending"));
    await expect(
      late.settle(
        late.auth.signInWithDeviceCode(() => {}),
        60_000,
      ),
    ).rejects.toMatchObject({
      code: "sign_in_failed",
      detail: "the code has expired",
    });
    const abort = new AbortController();
    const gone = world();
    const result = gone.auth.signInWithDeviceCode(() => abort.abort(), { signal: abort.signal });
    await expect(gone.settle(result)).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("refresh", () => {
  const expired = () =>
    memoryCredentials({ accessToken: "access-0", refreshToken: "refresh-0", expiresAt: 0 });

  test("happens once for all who wait, before the token is used", async () => {
    const { session, server } = world(expired(), () => new Promise(() => {}));
    const got = await Promise.all([session.token(), session.token(), session.refresh("access-0")]);
    expect(got).toEqual(["access-1", "access-1", "access-1"]);
    expect(server.log).toEqual(["refresh_token"]);
  });

  test("takes what another tab got instead of spending the token twice", async () => {
    const store = expired();
    const { oauth, clock, server } = world(store, () => new Promise(() => {}));
    const tab = () => createTokenSession({ oauth, store, clock, onLost: () => expect.unreachable() });
    const got = await Promise.all([tab(), tab(), tab()].map((session) => session.refresh("access-0")));
    expect(new Set(got).size).toBe(1);
    expect(server.log).toEqual(["refresh_token"]);
  });

  test("that the server refuses ends the sign-in; one that is lost on the way does not", async () => {
    const store = expired();
    const { session, auth, server, oauth, clock } = world(store);
    await auth.whenReady();
    expect(auth.state.kind).toBe("signed_in");
    server.revoked.push((await store.load())?.refreshToken ?? "");
    expect(await session.refresh((await store.load())?.accessToken ?? "")).toBeNull();
    expect([auth.state.kind, await store.load()]).toEqual(["signed_out", null]);

    const offline = memoryCredentials({ accessToken: "a", refreshToken: "r", expiresAt: 0 });
    const lost = { ...oauth, refresh: () => Promise.reject(new SegueError("network")) };
    const held = createTokenSession({
      oauth: lost,
      store: offline,
      clock,
      onLost: () => expect.unreachable(),
    });
    await expect(held.token()).rejects.toMatchObject({ code: "network" });
    expect(await offline.load()).not.toBeNull();
  });
});

test("signing out revokes the refresh token and forgets everything", async () => {
  const { auth, server, settle, store } = world();
  await settle(auth.signInWithDeviceCode(() => {}));
  await auth.signOut();
  expect([auth.state.kind, await store.load(), server.revoked]).toEqual(["signed_out", null, ["refresh-1"]]);
});

test("a listener who is offline is who listened last", async () => {
  let online = true;
  const first = world(undefined, async () => {
    if (!online) throw new SegueError("network");
    return user;
  });
  await first.settle(first.auth.signInWithDeviceCode(() => {}));
  online = false;
  const again = first.open();
  expect(await again.whenReady()).toEqual({ kind: "signed_in", user });
});

describe("the authorization code", () => {
  const request = {
    redirectUri: "http://app.test/cb",
    state: "state-0123456789abc",
    nonce: "n",
    codeVerifier: "v".repeat(43),
  };

  test("is asked for with PKCE and exchanged", async () => {
    const { oauth } = world();
    const url = new URL(await oauth.authorizationUrl(request));
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: "code",
      code_challenge_method: "S256",
      redirect_uri: request.redirectUri,
      state: request.state,
    });
    const answer = `${request.redirectUri}?code=good&state=${request.state}`;
    expect(await oauth.exchange({ ...request, answer })).toMatchObject({ accessToken: "access-1" });
  });

  test.each([
    ["another state", "?code=good&state=other", "sign_in_failed"],
    ["an error", `?error=server_error&state=${request.state}`, "sign_in_failed"],
    ["a spent code", `?code=bad&state=${request.state}`, "sign_in_failed"],
    ["a listener who declines", `?error=access_denied&state=${request.state}`, "aborted"],
  ])("does not sign in on %s", async (_name, query, code) => {
    const { oauth } = world();
    await expect(oauth.exchange({ ...request, answer: request.redirectUri + query })).rejects.toMatchObject({
      code,
    });
  });
});

test.each(["javascript:alert(1)", "data:text/html,x", "http://auth.test/oauth/authorize"])(
  "a sign-in page at %s of an https server is not opened",
  async (authorization_endpoint) => {
    const issuer = "https://auth.test";
    const http = memoryHttp(() => ({ body: { issuer, authorization_endpoint } }));
    const oauth = createOAuthClient({
      authority: async () => ({ issuer, clientId: "test" }),
      scope: "openid",
      http,
      clock: manualClock(),
    });
    const request = {
      redirectUri: "https://app.test/cb",
      state: "s",
      nonce: "n",
      codeVerifier: "v".repeat(43),
    };
    await expect(oauth.authorizationUrl(request)).rejects.toMatchObject({ code: "sign_in_failed" });
  },
);
