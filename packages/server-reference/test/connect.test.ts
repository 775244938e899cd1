import { connect as connectTcp } from "node:net";
import { type DeviceId, idFromBytes } from "@segue/core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { MAX_GREETING_PER_ADDRESS } from "../src/modules/connect/limits";
import { makeDevice, playContext, TestClient } from "./connect-client";
import { call, startTestServer, type TestServer } from "./harness";
import { signIn } from "./sign-in";

let server: TestServer;
let ada: string;
let bob: string;
const open: TestClient[] = [];

beforeAll(async () => {
  server = await startTestServer({ SEGUE_RATE_LIMIT: "0" });
});
afterAll(() => server.stop());
afterEach(() => {
  for (const client of open.splice(0)) client.close();
});

/** A user of their own, so that no test sees another's session. */
async function user(): Promise<string> {
  const made = await call(server, "POST", "/v1/sandbox/users", { json: {} });
  return made.body.accessToken ?? made.body.access_token ?? made.body.tokens?.accessToken;
}
const device = (token: string) => makeDevice(server, token);
function client(json = false): TestClient {
  const made = new TestClient(server, json);
  open.push(made);
  return made;
}
/** A greeted device of `token`. */
async function join(token: string, extra: Parameters<TestClient["hello"]>[2] = {}, json = false) {
  const id = await device(token);
  const made = client(json);
  await made.hello(token, id, extra);
  return { client: made, id };
}
const listed = (each: TestClient): readonly DeviceId[] =>
  each.state?.devices.filter(({ online }) => online).map((entry) => entry.device.deviceId) ?? [];

beforeAll(async () => {
  ada = (await signIn(server, "ada")).access_token;
  bob = (await signIn(server, "bob")).access_token;
});

describe("a Connect connection", () => {
  it("greets in both subprotocols with the same meaning", async () => {
    const token = await user();
    const id = await device(token);
    const states = [];
    for (const json of [false, true]) {
      const each = client(json);
      const welcome = await each.hello(token, id, { info: { name: "Desk", type: "desktop" } });
      expect(welcome).toMatchObject({ leaseMs: 15_000, maxFrameBytes: 65_536, replayed: false });
      const { devices, ...rest } = each.state!;
      states.push({ rest, device: devices[0]!.device });
      each.close();
    }
    expect(states[0]).toEqual(states[1]);
    expect(states[0]!.device).toMatchObject({ deviceId: id, name: "Desk", type: "desktop" });
  });

  it("finds a place while few of its address have yet to say hello, and at once when one of them has", async () => {
    const token = await user();
    const id = await device(token);
    const silent = await Promise.all(
      Array.from({ length: MAX_GREETING_PER_ADDRESS }, () => client().opened()),
    );
    await expect(client().opened()).rejects.toThrow("503");
    await silent[0]!.hello(token, id);
    await client().opened();
    await expect(client().opened()).rejects.toThrow("503");
  });

  it("offers no other subprotocol, and answers plain requests", async () => {
    const refused = new WebSocket(`${server.url.replace("http", "ws")}/v1/connect`, ["chat"]);
    const status = await new Promise((resolve) =>
      refused.on("unexpected-response", (_request, response) => resolve(response.statusCode)),
    );
    expect(status).toBe(400);
    expect((await call(server, "GET", "/v1/connect")).body.code).toBe("invalid_request");
  });

  it("answers names of this machine only", async () => {
    const status = await new Promise<string>((resolve) => {
      const { hostname, port } = new URL(server.url);
      const socket = connectTcp(Number(port), hostname, () =>
        socket.write(
          "GET /v1/connect HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: segue.connect.v1.pb\r\n\r\n",
        ),
      );
      socket.on("data", (data) => resolve(data.toString().split("\r\n")[0]!));
    });
    expect(status).toContain("403");
  });

  it("lists devices while they are connected", async () => {
    const token = await user();
    const one = await join(token);
    const two = await join(token, { volume: 0.25 });
    await one.client.until(() => listed(one.client).length === 2);
    expect(one.client.state!.devices.find((each) => each.device.deviceId === two.id)?.volume).toBe(0.25);
    two.client.close();
    await one.client.until(() => listed(one.client).length === 1);
    expect(listed(one.client)).toEqual([one.id]);
  });

  it("gives a device's newer connection the older one's place", async () => {
    const token = await user();
    const { client: older, id } = await join(token);
    const newer = client();
    await newer.hello(token, id);
    expect(await older.closed()).toBe(3503);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(listed(newer)).toEqual([id]);
  });
});

describe("a transfer", () => {
  it("takes the right from one device before the other has it, and keeps the position", async () => {
    const token = await user();
    const a = await join(token);
    const b = await join(token);
    const begun = a.client.command(playContext("x", 3, a.id));
    await a.client.takeOver();
    expect((await a.client.result(begun)).outcome).toBe("applied");
    const moved = b.client.command({ type: "transfer", toDeviceId: b.id, force: false, play: null });
    const { epoch } = await a.client.next("revoke");
    const taking = b.client.takeOver();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(b.client.frames.some(({ type }) => type === "lease_grant")).toBe(false);
    a.client.send({
      type: "released",
      epoch,
      anchor: {
        itemUid: "x0",
        positionMs: 12_345,
        atServerUs: 1,
        rateMilli: 0,
        uncertaintyUs: 0,
        durationMs: 180_000,
        audible: true,
      },
    });
    expect(await taking).toEqual({ epoch, positionMs: 12_345 });
    expect((await b.client.result(moved)).outcome).toBe("applied");
    await a.client.until(() => a.client.state?.activeDeviceId === b.id);
    expect(a.client.state).toMatchObject({ wantPlaying: true, transfer: null });
    expect(a.client.state!.queue.order).toEqual(["x0", "x1", "x2"]);
  });

  it("renews a lease of its epoch only", async () => {
    const token = await user();
    const a = await join(token);
    a.client.command(playContext("x", 1, a.id));
    const { epoch } = await a.client.takeOver();
    a.client.send({ type: "lease_renewal", epoch, clientSentUs: 77 });
    expect(await a.client.next("lease_grant")).toMatchObject({ epoch, clientSentUs: 77 });
    a.client.send({ type: "lease_renewal", epoch: epoch - 1, clientSentUs: 78 });
    expect(await a.client.next("revoke")).toEqual({ type: "revoke", epoch });
  });
});

describe("commands", () => {
  it("have the effect of one delivery, and the same result", async () => {
    const token = await user();
    const a = await join(token);
    a.client.command(playContext("x", 2, a.id));
    await a.client.takeOver();
    const add = {
      type: "add_items",
      items: [{ uid: "n", trackId: "trk_00000000000000000000000002" as never, source: "up_next" }],
      first: false,
    } as const;
    const id = a.client.command(add);
    const first = await a.client.result(id);
    expect(first.outcome).toBe("applied");
    a.client.command(add, { commandId: id });
    await a.client.until(
      () =>
        a.client.frames.filter((each) => each.type === "command_result" && each.commandId === id).length ===
        2,
    );
    const results = a.client.frames.filter((each) => each.type === "command_result" && each.commandId === id);
    expect(results[1]).toEqual(results[0]);
    expect(a.client.state!.queue.upNext).toHaveLength(1);
  });

  it("are refused for what the specification says", async () => {
    const token = await user();
    const a = await join(token, { info: { volumeSteps: 0 } });
    const stranger = await device(ada);
    const c = a.client;
    expect(await c.do({ type: "play" })).toBe("restricted");
    expect(await c.do({ type: "pause" })).toBe("noop");
    expect(await c.do({ type: "seek", positionMs: 1 })).toBe("conflict");
    expect(await c.do(null)).toBe("unsupported");
    expect(await c.do({ type: "play" }, { ifEpoch: 99 })).toBe("stale_epoch");
    expect(await c.do({ type: "pause" }, { ifQueueRev: 99 })).toBe("conflict");
    expect(await c.do({ type: "set_volume", deviceId: a.id, volume: 1 })).toBe("restricted");
    expect(await c.do({ type: "set_volume", deviceId: stranger, volume: 1 })).toBe("device_unknown");
    expect(await c.do({ type: "transfer", toDeviceId: stranger, force: true, play: true })).toBe(
      "device_unknown",
    );
  });

  it("are limited per device, and say when to come again", async () => {
    const token = await user();
    const { client: c } = await join(token);
    const ids = Array.from({ length: 30 }, () => c.command({ type: "pause" }));
    const results = await Promise.all(ids.map((id) => c.result(id)));
    const limited = results.filter(({ outcome }) => outcome === "rate_limited");
    expect(limited.length).toBeGreaterThan(0);
    expect(limited.length).toBeLessThanOrEqual(10);
    expect(limited[0]!.retryAfterMs).toBeGreaterThan(0);
  });

  it("move the volume of the named device, by its own word", async () => {
    const token = await user();
    const a = await join(token);
    const b = await join(token);
    const id = a.client.command({ type: "set_volume", deviceId: b.id, volume: 0.75 });
    const { seq, volume } = await b.client.next("volume_request");
    expect(volume).toBe(0.75);
    expect(a.client.frames.some(({ type }) => type === "volume_request")).toBe(false);
    b.client.send({ type: "volume_report", volume: 0.7, seq });
    expect((await a.client.result(id)).outcome).toBe("applied");
    expect(a.client.state!.devices.find((each) => each.device.deviceId === b.id)?.volume).toBe(0.7);
  });
});

/** What went wrong on `faulty`, while `witness` of another user must see nothing of it. */
async function faultOf(faulty: TestClient): Promise<{ code: string | null; close: number }> {
  const close = await faulty.closed();
  const fault = faulty.frames.findLast(({ type }) => type === "fault") as { code: string } | undefined;
  return { code: fault?.code ?? null, close };
}

describe("hostile frames", () => {
  it.each([
    ["garbage", false, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]), "malformed_body", 3500],
    ["text on the binary subprotocol", false, "{}", "malformed_body", 3500],
    ["binary on the text subprotocol", true, Buffer.from([0]), "malformed_body", 3500],
    ["text that is no JSON", true, "{", "malformed_body", 3500],
    ["deeply nested JSON", true, `{"x":${"[".repeat(1000)}${"]".repeat(1000)}}`, "malformed_body", 3500],
    [
      "nested groups without end",
      false,
      Buffer.alloc(60_000, Buffer.from([0xa3, 0x06])),
      "malformed_body",
      3500,
    ],
    ["a frame that is too large", false, Buffer.alloc(65_537), null, 1009],
    ["a command before hello", true, '{"beat":{"clientSentUs":"1"}}', "invalid_request", 3500],
    ["a hello without a device", true, '{"hello":{"accessToken":"x"}}', "invalid_request", 3500],
  ] as const)("%s ends the connection with its code", async (_name, json, message, code, close) => {
    const witness = await join(await user());
    const before = witness.client.frames.length;
    const faulty = await client(json).opened();
    faulty.socket.send(message);
    expect(await faultOf(faulty)).toEqual({ code, close });
    expect(await witness.client.do({ type: "pause" })).toBe("noop");
    expect(witness.client.frames.length).toBe(before + 1);
  });

  it("with fields out of range are told, and change nothing", async () => {
    const token = await user();
    const { client: c } = await join(token, {}, true);
    const before = c.state;
    for (const bad of [
      '{"command":{"commandId":"AAAA","play":{}}}',
      '{"command":{"commandId":"AAAAAAAAAAAAAAAAAAAAAA==","skip":{"by":1}}}',
      '{"command":{"commandId":"AAAAAAAAAAAAAAAAAAAAAA==","skip":{"by":3},"ifItemUid":"x"}}',
      '{"command":{"commandId":"AAAAAAAAAAAAAAAAAAAAAA==","setVolume":{"deviceId":"dev_00000000000000000000000001","volume":2}}}',
      '{"released":{"epoch":"1","anchor":{"itemUid":""}}}',
    ])
      c.socket.send(bad);
    await c.until(
      () => c.frames.filter((each) => each.type === "fault" && each.code === "invalid_request").length === 5,
    );
    expect(c.state).toBe(before);
    expect(await c.do({ type: "pause" })).toBe("noop");
  });

  it("with bodies and fields that nobody knows are ignored", async () => {
    const { client: c } = await join(await user(), {}, true);
    c.socket.send('{"fromTheFuture":{"x":1}}');
    c.socket.send('{"beat":{"clientSentUs":"5","extra":true}}');
    expect((await c.next("beat_ack")).clientSentUs).toBe(5);
    expect(c.frames.some(({ type }) => type === "fault")).toBe(false);
  });

  it("in a flood are dropped, then end the connection", async () => {
    const { client: c } = await join(await user());
    for (let i = 0; i < 600; i++) c.send({ type: "beat", clientSentUs: i });
    expect(await faultOf(c)).toEqual({ code: "rate_limited", close: 3005 });
  });

  it("that stay incomplete, and a missing hello, are waited for so long and no longer", {
    timeout: 60_000,
  }, async () => {
    const silent = await client().opened();
    const { client: stuck } = await join(await user());
    // Half of a frame: nothing behind it can be read, not even a pong.
    const raw = (stuck.socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket;
    raw.write(Buffer.from([0x82, 0xfe, 0x10, 0x00, 1, 2, 3, 4, 9]));
    expect(await faultOf(silent)).toEqual({ code: null, close: 3006 });
    expect(await stuck.closed()).toBe(3002);
  });
});

describe("a reader that does not read", () => {
  it("loses its connection, and nobody else waits for it", { timeout: 60_000 }, async () => {
    const token = await user();
    const slow = await join(token);
    const others = [await join(token), await join(token), await join(token)];
    const [first] = others as [(typeof others)[number], ...typeof others];
    const trackId = idFromBytes("track", new Uint8Array(16));
    const uids = Array.from({ length: 200 }, (_, i) => `${i}`.padStart(60, "-"));
    for (const page of [uids.slice(0, 100), uids.slice(100)]) {
      const items = page.map((uid) => ({ uid, trackId, source: "up_next" as const }));
      expect(await first.client.do({ type: "add_items", items, first: false })).toBe("applied");
    }
    slow.client.socket.pause();
    // Each move tells every device the whole list anew, more than the system's own buffers hold.
    let sent = 0;
    for (; listed(first.client).includes(slow.id) && sent < 2_000; sent++) {
      const { client: c } = others[sent % others.length]!;
      const outcome = await c.do({ type: "move_item", uid: uids[sent % 199]!, beforeUid: null });
      if (outcome === "rate_limited") await new Promise((resolve) => setTimeout(resolve, 100));
      else expect(outcome).toBe("applied");
    }
    expect(sent).toBeLessThan(2_000);
    expect(others.map(({ client: c }) => c.closeCode)).toEqual([null, null, null]);
    expect((await call(server, "GET", "/metrics")).body).toMatch(
      /^segue_connect_closes_total\{[^}]*code="3001"[^}]*\} 1$/m,
    );
    slow.client.socket.resume();
    expect([1006, 3001]).toContain(await slow.client.closed());
  });
});

describe("other users", () => {
  it("are not there", async () => {
    const adas = await join(ada);
    const bobs = await join(bob);
    expect(listed(bobs.client)).not.toContain(adas.id);
    const thief = await client().opened();
    thief.send({
      type: "hello",
      accessToken: bob,
      device: {
        deviceId: adas.id,
        name: "",
        type: "",
        player: true,
        controller: true,
        volumeSteps: 1,
        lapsePolicy: "strict",
      },
      resume: null,
      volume: null,
    });
    expect(await faultOf(thief)).toEqual({ code: "device_unknown", close: 3504 });
    expect(listed(adas.client)).toContain(adas.id);
    const frames = adas.client.frames.length;
    const own = await device(bob);
    const resuming = client();
    const welcome = await resuming.hello(bob, own, {
      resume: {
        sessionId: (adas.client.frames.find(({ type }) => type === "welcome") as { sessionId: string })
          .sessionId,
        stamp: { incarnation: 2 ** 40, version: 5, epoch: 2 ** 40, queueRev: 1 },
        pendingCommandIds: [],
        heldEpoch: 2 ** 40,
        sounding: true,
      },
    });
    expect(welcome.replayed).toBe(false);
    expect(listed(resuming)).not.toContain(adas.id);
    expect(adas.client.frames.length).toBe(frames);
  });

  it("cannot be taken over by a token", async () => {
    const made = await client().opened();
    made.send({
      type: "hello",
      accessToken: "made-up",
      device: {
        deviceId: await device(bob),
        name: "",
        type: "",
        player: true,
        controller: true,
        volumeSteps: 1,
        lapsePolicy: "strict",
      },
      resume: null,
      volume: null,
    });
    expect(await faultOf(made)).toEqual({ code: "unauthenticated", close: 3501 });
    const { client: c } = await join(await user());
    c.send({ type: "auth_renewal", accessToken: ada });
    expect(await faultOf(c)).toEqual({ code: "forbidden", close: 3501 });
  });
});
