/** Play events accepted durably over HTTP, beside the same rows inserted bare into SQLite with synchronous=FULL. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type PlayEvent, type TrackId, type UserId, uuidText, uuidV7 } from "@segue/core";
import { playEventCodec, publishRequestCodec } from "@segue/core/wire";
import Libsql from "libsql";
import { createApp } from "../src/app";
import { tokenKey } from "../src/modules/auth/authenticate";
import { play as buildPlay } from "../src/testing/event-builders";
import { makeFixture } from "../test/support/fixture";

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "20000" },
    rounds: { type: "string", default: "3" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(`npm run bench -- events [--events N] [--rounds N]
  Sends N play events (default 20000) in batches of 1, 20 and 100 over 16 connections, and inserts the same rows bare.`);
  process.exit(0);
}
const EVENTS = Number(values.events);
const ROUNDS = Number(values.rounds);
const CONNECTIONS = 16;
const USERS = 16;

const fixture = await makeFixture({ SEGUE_RATE_LIMIT: "0" });
const { context } = fixture;
const track = (await fixture.addTrack([])).id;
const app = await createApp(fixture);
const origin = await app.listen({ port: 0, host: "127.0.0.1" });
const listeners = await Promise.all(
  Array.from({ length: USERS }, async () => {
    const user = await fixture.addUser("premium");
    const device = await fixture.addDevice(user.id);
    const token = randomBytes(24).toString("base64url");
    const payload = JSON.stringify({ accountId: user.id });
    const none = {
      user_id: user.id,
      grant_id: null,
      user_code: null,
      uid: null,
      expires_at: null,
      consumed_at: null,
    };
    await context.db
      .insertInto("oidc_payloads")
      .values({ model: "AccessToken", id: tokenKey(token), payload, ...none })
      .execute();
    return {
      userId: user.id as UserId,
      deviceId: device.id,
      token,
      streamId: randomBytes(16).toString("hex"),
      seq: 0,
    };
  }),
);

const play = (listener: (typeof listeners)[number]): PlayEvent =>
  buildPlay({
    eventId: uuidText(uuidV7(context.now(), randomBytes(10))),
    streamId: listener.streamId,
    seq: ++listener.seq,
    trackId: track as TrackId,
    endedAtMs: context.now(),
  });

/** Events per second that came back accepted. */
async function overHttp(count: number, batch: number): Promise<number> {
  const bodies = Array.from({ length: Math.ceil(count / batch) }, (_, i) => {
    const listener = listeners[i % USERS]!;
    const events = Array.from({ length: batch }, () => play(listener));
    const request = { deviceId: listener.deviceId, sentAtMs: context.now(), attempt: 0, events };
    return { token: listener.token, body: Buffer.from(publishRequestCodec.toBytes(request)) };
  });
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (let next = bodies.pop(); next; next = bodies.pop()) {
        const response = await fetch(`${origin}/v1/events`, {
          method: "POST",
          headers: { authorization: `Bearer ${next.token}`, "content-type": "application/x-protobuf" },
          body: next.body,
        });
        if (response.status !== 202) throw new Error(`status ${response.status}`);
        await response.arrayBuffer();
      }
    }),
  );
  return (count / (performance.now() - begun)) * 1000;
}

/** The same rows into a table of the same shape, `batch` of them per flushed commit. */
function bare(count: number, batch: number): number {
  const folder = mkdtempSync(join(tmpdir(), "segue-bench-"));
  const db = new Libsql(join(folder, "bare.db"));
  db.exec("PRAGMA journal_mode = WAL");
  db.exec("PRAGMA synchronous = FULL");
  db.exec(`CREATE TABLE events (offset INTEGER PRIMARY KEY, event_id BLOB NOT NULL, user_id TEXT NOT NULL, device_id TEXT NOT NULL,
    market TEXT NOT NULL, track_id TEXT NOT NULL, received_at INTEGER NOT NULL, started_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL, counted_ms INTEGER NOT NULL, counts INTEGER NOT NULL, future INTEGER NOT NULL, payload BLOB NOT NULL) STRICT`);
  const insert = db.prepare("INSERT INTO events VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const [listener] = listeners;
  const rows = Array.from({ length: count }, () => {
    const event = play(listener!);
    const now = context.now();
    const payload = Buffer.from(playEventCodec.toBytes(event));
    const id = randomBytes(16);
    return [
      id,
      listener!.userId,
      listener!.deviceId,
      "DE",
      event.trackId,
      now,
      now,
      now,
      60_000,
      1,
      0,
      payload,
    ];
  });
  const begun = performance.now();
  for (let at = 0; at < count; at += batch) {
    db.exec("BEGIN IMMEDIATE");
    for (const row of rows.slice(at, at + batch)) insert.run(row);
    db.exec("COMMIT");
  }
  const rate = (count / (performance.now() - begun)) * 1000;
  db.close();
  rmSync(folder, { recursive: true, force: true });
  return rate;
}

const median = (rates: number[]) => rates.sort((a, b) => a - b)[Math.floor(rates.length / 2)]!;
console.log(
  `${EVENTS} events, median of ${ROUNDS} rounds, ${CONNECTIONS} connections, client and server in one thread, load ${loadavg()[0]!.toFixed(1)}`,
);
await overHttp(Math.min(2_000, EVENTS), 20);
for (const batch of [1, 20, 100]) {
  const served: number[] = [];
  const inserted: number[] = [];
  // One event per request or per flush is slow; fewer of them say the same.
  const count = batch === 1 ? Math.ceil(EVENTS / 10) : EVENTS;
  const before = (await fixture.stores.events.figures()).commits;
  for (let round = 0; round < ROUNDS; round++) {
    served.push(await overHttp(count, batch));
    inserted.push(bare(count, batch));
  }
  const commits = (await fixture.stores.events.figures()).commits - before;
  const [http, sqlite] = [median(served), median(inserted)];
  console.log(
    `batches of ${String(batch).padStart(3)}: ${Math.round(http).toLocaleString("en").padStart(8)} events/s accepted durably; bare rows, one flush per batch: ${Math.round(sqlite).toLocaleString("en").padStart(8)}/s; ratio ${(http / sqlite).toFixed(2)}; ${((count * ROUNDS) / commits).toFixed(1)} events per flush`,
  );
}
await app.close();
await fixture.close();
