/**
 * Grant requests per second against a bare Fastify route, in the same run.
 * Run from packages/server-reference: `npx tsx --conditions=segue-source bench/grants.ts`
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { loadavg } from "node:os";
import Fastify, { type FastifyInstance } from "fastify";
import { createApp } from "../src/app";
import { tokenKey } from "../src/modules/auth/authenticate";
import { makeFixture } from "../test/support/fixture";
import { measureLoad } from "./load";

const ROUNDS = Number(process.env.SEGUE_BENCH_ROUNDS ?? 3);
const MEASURE_MS = Number(process.env.SEGUE_BENCH_MS ?? 2000);

function requestBytes(path: string, token: string, body: unknown): Uint8Array {
  const json = JSON.stringify(body);
  const head = [`POST ${path} HTTP/1.1`, "host: 127.0.0.1", `authorization: Bearer ${token}`];
  head.push(
    "content-type: application/json",
    "accept: application/json",
    `content-length: ${Buffer.byteLength(json)}`,
  );
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${json}`);
}

const portOf = (app: FastifyInstance) => (app.server.address() as AddressInfo).port;
const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const fixture = await makeFixture({ SEGUE_RATE_LIMIT: "0" });
const { context } = fixture;
const user = await fixture.addUser("premium");
const device = await fixture.addDevice(user.id);
const ladder = ([24, 96, 160, 320] as const).map((tier) => ({
  codec: "vorbis" as const,
  tier,
  byteLength: 1000,
}));
const tracks: string[] = [];
for (let i = 0; i < 10; i++) tracks.push((await fixture.addTrack(ladder)).id);
const token = randomBytes(32).toString("base64url");
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

const app = await createApp(fixture);
await app.listen({ port: 0, host: "127.0.0.1" });
const bare = Fastify({ logger: false });
bare.post("/", async () => ({ ok: true }));
await bare.listen({ port: 0, host: "127.0.0.1" });

const ask = (count: number) => ({
  deviceId: device.id,
  items: tracks.slice(0, count).map((trackId) => ({ trackId })),
  codecs: ["CODEC_VORBIS"],
});
const subjects = {
  "bare Fastify route": { port: portOf(bare), request: requestBytes("/", token, ask(1)) },
  "grant of 1 track": { port: portOf(app), request: requestBytes("/v1/playback/grants", token, ask(1)) },
  "grant of 10 tracks": { port: portOf(app), request: requestBytes("/v1/playback/grants", token, ask(10)) },
};
/** Processor time of this thread, which is the server's, in microseconds; null where the system does not say. */
function threadTimeUs(): number | null {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")[0]) / 1000;
  } catch {
    return null;
  }
}

interface Measured {
  readonly perSecond: number[];
  readonly cpuUs: number[];
}
const results = new Map<string, Measured>(
  Object.keys(subjects).map((name) => [name, { perSecond: [], cpuUs: [] }]),
);
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, subject] of Object.entries(subjects)) {
    const plan = { ...subject, connections: 16, warmUpMs: round === 0 ? 1000 : 200, measureMs: MEASURE_MS };
    const from = threadTimeUs();
    const { perSecond, total, failures } = await measureLoad(plan);
    if (failures > 0) throw new Error(`${name}: ${failures} requests failed`);
    results.get(name)!.perSecond.push(perSecond);
    results.get(name)!.cpuUs.push(from === null ? Number.NaN : (threadTimeUs()! - from) / total);
  }
}
const base = results.get("bare Fastify route")!;
console.log(
  `median of ${ROUNDS} rounds of ${MEASURE_MS} ms, 16 connections, one server thread, load ${loadavg()[0]!.toFixed(1)}`,
);
console.log("The processor's time hardly depends on what else runs; the rate does.");
for (const [name, { perSecond, cpuUs }] of results) {
  const [rate, cpu] = [median(perSecond), median(cpuUs)];
  console.log(
    `${name.padEnd(20)} ${Math.round(rate).toString().padStart(7)} requests/s ${(rate / median(base.perSecond)).toFixed(2)} of bare   ${cpu.toFixed(0).padStart(5)} µs processor ${(cpu / median(base.cpuUs)).toFixed(1)} × bare`,
  );
}
await Promise.all([app.close(), bare.close()]);
await fixture.close();
