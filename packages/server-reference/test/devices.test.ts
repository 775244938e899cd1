import { createHash } from "node:crypto";
import { idFromBytes } from "@segue/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MAX_DEVICES } from "../src/modules/devices/device-store";
import { challengeOf as challengeFor, newKeys, register as registerAt, registration } from "./device-keys";
import { call, startTestServer, type TestServer } from "./harness";
import { signIn } from "./sign-in";

let server: TestServer;
let ada: string;
let bob: string;
beforeAll(async () => {
  server = await startTestServer();
  ada = (await signIn(server, "ada")).access_token;
  bob = (await signIn(server, "bob")).access_token;
});
afterAll(() => server.stop());

const challengeOf = (token: string) => challengeFor(server, token);
const register = (token: string, keys = newKeys()) => registerAt(server, token, keys);

describe("devices", () => {
  it("registers with a proof, lists and removes", async () => {
    const keys = newKeys();
    const made = await register(ada, keys);
    expect(made.status).toBe(201);
    expect(made.body.id).toBe(
      idFromBytes("device", createHash("sha256").update(keys.identity.point).digest()),
    );
    const list = async (token: string) => (await call(server, "GET", "/v1/devices", { token })).body.items;
    expect(await list(ada)).toHaveLength(1);
    expect(await list(bob)).toHaveLength(0);
    const path = `/v1/devices/${made.body.id}`;
    expect((await call(server, "DELETE", path, { token: bob })).body.code).toBe("device_unknown");
    expect((await call(server, "DELETE", path, { token: ada })).status).toBe(204);
    expect((await call(server, "DELETE", path, { token: ada })).body.code).toBe("device_unknown");
  });

  it("registers the same device again without a second one", async () => {
    const keys = newKeys();
    const first = await register(bob, keys);
    const second = await register(bob, keys);
    expect(second.body.id).toBe(first.body.id);
    expect(second.body.registeredAt).toBe(first.body.registeredAt);
  });

  it("refuses a proof over something else, and takes no challenge twice", async () => {
    const challenge = await challengeOf(ada);
    const wrong = registration(newKeys(), challenge, Buffer.alloc(32));
    expect((await call(server, "POST", "/v1/devices", { token: ada, json: wrong })).body.code).toBe(
      "device_proof_invalid",
    );
    const late = registration(newKeys(), challenge);
    expect((await call(server, "POST", "/v1/devices", { token: ada, json: late })).body.code).toBe(
      "challenge_expired",
    );
  });

  it("refuses another user's challenge and an expired one", async () => {
    const stolen = registration(newKeys(), await challengeOf(bob));
    expect((await call(server, "POST", "/v1/devices", { token: ada, json: stolen })).body.code).toBe(
      "challenge_expired",
    );
    const old = registration(newKeys(), await challengeOf(ada));
    server.advance(6 * 60_000);
    expect((await call(server, "POST", "/v1/devices", { token: ada, json: old })).body.code).toBe(
      "challenge_expired",
    );
  });

  it("refuses keys that are no points, naming nothing secret", async () => {
    const given = registration(newKeys(), await challengeOf(ada));
    const off = { ...given, agreementKey: Buffer.alloc(65, 4).toString("base64") };
    expect((await call(server, "POST", "/v1/devices", { token: ada, json: off })).body.code).toBe(
      "device_proof_invalid",
    );
    const short = await call(server, "POST", "/v1/devices", {
      token: ada,
      json: { ...given, identityKey: "AAAA" },
    });
    expect(short.body).toMatchObject({ code: "invalid_request", errors: [{ pointer: "/identityKey" }] });
  });

  it("has a limit per user", async () => {
    const statuses: number[] = [];
    for (let n = 0; n <= MAX_DEVICES; n++) statuses.push((await register(ada)).status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(MAX_DEVICES);
    expect((await register(ada)).body.code).toBe("device_limit");
  });
});
