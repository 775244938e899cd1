import type { DeviceId, ServerFrame } from "@segue/core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { makeDevice, playContext, TestClient } from "./connect-client";
import { call, startTestServer } from "./harness";
import { type KillableServer, startKillable } from "./killable-server";

const open: TestClient[] = [];
afterEach(() => {
  for (const client of open.splice(0)) client.close();
});
const userOf = async (server: { readonly url: string }) =>
  (await call(server, "POST", "/v1/sandbox/users", { json: {} })).body.accessToken as string;

async function join(
  server: { readonly url: string },
  token: string,
  id: DeviceId,
  resume?: Parameters<TestClient["hello"]>[2],
) {
  const client = new TestClient(server);
  open.push(client);
  await client.hello(token, id, resume);
  return client;
}
const stampOf = (client: TestClient) =>
  (client.frames.findLast((frame) => "stamp" in frame) as Extract<ServerFrame, { type: "snapshot" }>).stamp;

describe("a server that is killed", () => {
  let server: KillableServer;
  beforeAll(async () => {
    server = await startKillable();
  }, 60_000);
  afterAll(() => server?.stop());

  it("keeps queue, position, results and epoch, and waits out the leases that it finds", {
    timeout: 120_000,
  }, async () => {
    const token = await userOf(server);
    const [idA, idB] = [await makeDevice(server, token), await makeDevice(server, token)];
    const a = await join(server, token, idA);
    const b = await join(server, token, idB);
    a.command(playContext("x", 3, idA));
    const { epoch } = await a.takeOver();
    await a.until(() => a.state?.activeDeviceId === idA);
    const seek = a.command({ type: "seek", positionMs: 42_000 });
    await a.until(() => a.state?.cue.positionMs === 42_000);
    a.report(epoch, { itemUid: "x0", positionMs: 42_000, rateMilli: 0 });
    const sought = await a.result(seek);
    // The old device never answers; the server dies while it waits.
    const moved = b.command({ type: "transfer", toDeviceId: idB, force: false, play: null });
    await b.until(() => b.state?.transfer?.toDeviceId === idB);
    const before = stampOf(b);
    await server.kill();
    await server.restart();
    const restartedAt = performance.now();

    const again = await join(server, token, idB, {
      resume: {
        sessionId: (b.frames.find(({ type }) => type === "welcome") as { sessionId: string }).sessionId,
        stamp: before,
        pendingCommandIds: [moved],
        heldEpoch: 0,
        sounding: false,
      },
    });
    expect(stampOf(again).incarnation).toBeGreaterThan(before.incarnation);
    expect(stampOf(again).epoch).toBeGreaterThan(before.epoch);
    expect((await again.result(moved)).outcome).toBe("timed_out");
    expect(again.state).toMatchObject({ activeDeviceId: null, transfer: null, wantPlaying: false });
    expect(again.state!.queue.order).toEqual(["x0", "x1", "x2"]);
    expect(again.state!.anchor).toMatchObject({ itemUid: "x0", rateMilli: 0 });
    expect(again.state!.anchor!.positionMs).toBeGreaterThanOrEqual(42_000);

    // The old device may sound until its lease has run out, so that nobody else may before.
    again.command({ type: "transfer", toDeviceId: idB, force: false, play: true });
    const { epoch: next } = await again.next("prepare");
    const beat = setInterval(() => again.send({ type: "beat", clientSentUs: 5 }), 1_000);
    again.send({ type: "prepared", epoch: next, clientSentUs: 5 });
    await again.next("lease_grant");
    clearInterval(beat);
    expect(performance.now() - restartedAt).toBeGreaterThan(10_000);
    // The old device comes back: its epoch is over, its old command has the result that it had.
    const late = await join(server, token, idA, {
      resume: {
        sessionId: (a.frames.find(({ type }) => type === "welcome") as { sessionId: string }).sessionId,
        stamp: before,
        pendingCommandIds: [seek],
        heldEpoch: epoch,
        sounding: true,
      },
    });
    expect((await late.next("revoke")).epoch).toBe(next);
    expect(await late.result(seek)).toEqual(sought);
  });
});

describe("a server that stops", () => {
  it("says so first, and finds its session again", async () => {
    const first = await startTestServer();
    const token = await userOf(first);
    const id = await makeDevice(first, token);
    const client = await join(first, token, id);
    client.command(playContext("x", 2, id));
    const { epoch } = await client.takeOver();
    await client.until(() => client.state?.activeDeviceId === id);
    const stamp = stampOf(client);
    await first.close();
    expect(await client.closed()).toBe(3000);
    expect(await client.next("go_away")).toMatchObject({ reconnectMinMs: 0, reconnectMaxMs: 1_000 });

    const second = await startTestServer({ SEGUE_DATA_DIR: first.dataDir });
    try {
      const back = await join(second, token, id, {
        resume: { sessionId: "ses", stamp, pendingCommandIds: [], heldEpoch: epoch, sounding: true },
      });
      expect(back.state).toMatchObject({ activeDeviceId: id, wantPlaying: true });
      back.send({ type: "lease_renewal", epoch, clientSentUs: 9 });
      expect(await back.next("lease_grant")).toMatchObject({ epoch });
    } finally {
      await second.stop();
    }
  });
});

describe("a token", () => {
  it("is asked for before it ends, renewed without a break, and needed for every change", async () => {
    const server = await startTestServer();
    try {
      const token = await userOf(server);
      const fresh = await userOf(server);
      const client = await join(server, token, await makeDevice(server, token));
      const other = await join(server, fresh, await makeDevice(server, fresh));
      const { body } = await call(server, "GET", "/v1/me", { token });
      expect(body.id).toBeTruthy();
      // Move the clock to within the last minute of the token.
      const row = await server.context.db
        .selectFrom("oidc_payloads")
        .select(({ fn }) => fn.min("expires_at").as("ends"))
        .where("model", "=", "AccessToken")
        .executeTakeFirstOrThrow();
      server.advance(Number(row.ends) - server.context.now() - 30_000);
      expect((await client.next("auth_required")).withinMs).toBeLessThanOrEqual(30_000);
      expect(await client.do({ type: "pause" })).toBe("noop");
      server.advance(31_000);
      expect(await client.do({ type: "pause" })).toBe("unauthenticated");
      server.advance(25_000);
      expect(await client.closed()).toBe(3003);
      expect(await other.closed()).toBe(3003);
    } finally {
      await server.stop();
    }
  });
});
