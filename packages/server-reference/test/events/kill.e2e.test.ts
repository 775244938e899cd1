/** A real server process is killed between the durable write and the answer, and in the middle of a stream of batches. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request as httpRequest, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AlbumId, idFromBytes, type PlayEvent, type RecordingId } from "@segue/core";
import { publishRequestCodec, publishResponseCodec } from "@segue/core/wire";
import { afterAll, beforeAll, expect, it } from "vitest";
import { EVENT_LOG_FILE } from "../../src/adapters/open-databases";
import { openEventLogFile } from "../../src/adapters/sql/event-log/open";
import { parseConfig } from "../../src/config";
import { tokenKey } from "../../src/modules/auth/authenticate";
import { ACCESS_TOKEN } from "../../src/modules/auth/token-store";
import { openData } from "../../src/server";
import { ANNA, DEVICE, numbered, play, TRACK } from "../../src/testing/event-builders";

const ROOT = new URL("../../../../", import.meta.url).pathname;
const TOKEN = randomBytes(32).toString("base64url");
let dataDir: string;
let port: number;
let child: ChildProcess | null = null;

const env = () => ({
  SEGUE_DATA_DIR: dataDir,
  SEGUE_PORT: String(port),
  SEGUE_DEMO: "0",
  SEGUE_RATE_LIMIT: "0",
});

/** One listener with a token and a device, and one track. */
async function seed(): Promise<void> {
  const data = await openData(parseConfig(env()));
  const { db } = data.context;
  const at = Date.now();
  const user = { id: ANNA, name: "Anna", login: "anna", plan: "free", market: "DE" } as const;
  await data.stores.users.add({ ...user, explicitFilter: false, passwordHash: null }, at);
  const keys = { identity_key: Buffer.alloc(65), agreement_key: Buffer.alloc(65) };
  const times = { registered_at: at, last_seen_at: at };
  await db
    .insertInto("devices")
    .values({ id: DEVICE, user_id: ANNA, name: "d", type: "web", ...keys, ...times })
    .execute();
  const album = idFromBytes("album", numbered(1)) as AlbumId;
  const recording = idFromBytes("recording", numbered(1)) as RecordingId;
  const titles = { title: "A", sort_title: "a", image_hash: null, release_date: null };
  await db
    .insertInto("albums")
    .values({ id: album, ...titles, loudness_lufs: null, loudness_peak: null, added_at: at })
    .execute();
  await db.insertInto("recordings").values({ id: recording, isrc: null }).execute();
  const place = { recording_id: recording, album_id: album, disc_number: 1, track_number: 1 };
  const open = { markets: null, available_from: null, available_until: null };
  await db
    .insertInto("tracks")
    .values({ id: TRACK, title: "T", duration_ms: 200_000, added_at: at, ...place, ...open })
    .execute();
  const rest = { payload: {}, grantId: null, userCode: null, uid: null, expiresAtMs: null };
  await data.stores.tokens.save({ model: ACCESS_TOKEN, id: tokenKey(TOKEN), userId: ANNA, ...rest });
  await data.close();
}

async function start(): Promise<void> {
  const args = [
    "--import",
    "tsx",
    "--conditions=segue-source",
    "packages/server-reference/src/cli/segue-server.ts",
    "serve",
  ];
  const started = spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "--conditions=segue-source", ...env() },
  });
  child = started;
  let output = "";
  started.stderr!.on("data", (data) => (output += data));
  for (;;) {
    if (started.exitCode !== null) throw new Error(`the server ended: ${output}`);
    const up = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function kill(): Promise<void> {
  const victim = child;
  if (victim === null || victim.exitCode !== null || victim.signalCode !== null) return;
  await new Promise((resolve) => {
    victim.once("exit", resolve);
    victim.kill("SIGKILL");
  });
}

async function send(events: readonly PlayEvent[], to = port): Promise<readonly string[]> {
  const bytes = publishRequestCodec.toBytes({ deviceId: DEVICE, sentAtMs: Date.now(), attempt: 0, events });
  const response = await fetch(`http://127.0.0.1:${to}/v1/events`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/x-protobuf" },
    body: Buffer.from(bytes),
  });
  if (response.status !== 202) throw new Error(`status ${response.status}`);
  const { receipts } = publishResponseCodec.fromBytes(new Uint8Array(await response.arrayBuffer()));
  return receipts.map((receipt) => receipt.status);
}

async function plays(): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/play-counts?ids=${TRACK}`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  return ((await response.json()) as { items: { plays: number }[] }).items[0]!.plays;
}

/** Passes a request on; when the answer comes, which it does after the durable write, the server dies and nobody hears it. */
function deafProxy(): Promise<Server> {
  const proxy = createServer((incoming, outgoing) => {
    const { method, headers, url } = incoming;
    const onward = httpRequest({ host: "127.0.0.1", port, method, headers, path: url }, (answer) => {
      answer.resume();
      void kill().then(() => outgoing.destroy());
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  return new Promise((resolve) => proxy.listen(0, "127.0.0.1", () => resolve(proxy)));
}

const heard = (seq: number) => play({ seq, endedAtMs: Date.now() });

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "segue-kill-"));
  port = await new Promise<number>((resolve) => {
    const probe = createTcpServer().listen(0, "127.0.0.1", () => {
      const free = (probe.address() as AddressInfo).port;
      probe.close(() => resolve(free));
    });
  });
  await seed();
  await start();
});
afterAll(async () => {
  await kill();
  rmSync(dataDir, { recursive: true, force: true });
});

it("counts a batch once whose answer was lost when the server was killed after it had stored it", async () => {
  const events = Array.from({ length: 10 }, (_, i) => heard(i + 1));
  const proxy = await deafProxy();
  await expect(send(events, (proxy.address() as AddressInfo).port)).rejects.toThrow();
  proxy.close();
  await start();
  expect(await plays()).toBe(10);
  expect(await send(events)).toEqual(events.map(() => "duplicate"));
  expect(await plays()).toBe(10);
});

it("loses nothing that it acknowledged and counts nothing twice, killed again and again under load", async () => {
  const before = await plays();
  const acknowledged = new Set<string>();
  const sent: PlayEvent[][] = [];
  for (let round = 0; round < 3; round++) {
    const batches = Array.from({ length: 60 }, (_, i) =>
      Array.from({ length: 5 }, (_each, j) => heard(1_000 * (round + 1) + 5 * i + j)),
    );
    sent.push(...batches);
    const attempts = batches.map(async (batch, i) => {
      await new Promise((resolve) => setTimeout(resolve, i * 3));
      await send(batch);
      for (const event of batch) acknowledged.add(event.eventId);
    });
    setTimeout(() => void kill(), 40 + 50 * round);
    await Promise.allSettled(attempts);
    await kill();
    const log = await openEventLogFile(join(dataDir, EVENT_LOG_FILE));
    const stored = new Set((await log.read(0, 100_000)).map((entry) => entry.event.eventId));
    await log.close();
    expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([]);
    await start();
  }
  for (const batch of sent) await send(batch);
  expect(acknowledged.size).toBeGreaterThan(0);
  expect(acknowledged.size).toBeLessThan(sent.length * 5);
  expect(await plays()).toBe(before + sent.length * 5);
});
