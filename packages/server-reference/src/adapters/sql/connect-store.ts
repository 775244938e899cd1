/** Connect sessions in the database: state and results of commands in one transaction. */
import { commandKey, type DeviceId, type DurableSession, isId, type StoredResult } from "@segue/core";
import { serverFrameCodec } from "@segue/core/wire";
import { z } from "zod";
import {
  type ConnectStore,
  type SavedSession,
  type SessionCommit,
  SessionTaken,
} from "../../modules/connect/store";
import type { SqlDatabase } from "./database";
import type { Database } from "./tables";

const deviceId = z.custom<DeviceId>((value) => isId("device", value));
const count = z.number().int().nonnegative();
const time = z.number().nonnegative();

/** What no observer sees; the session itself is a snapshot frame, which its codec checks. */
const Rest = z.object({
  owner: deviceId.nullable(),
  holders: z.array(z.object({ deviceId, epoch: count, untilUs: time, heardUs: time })),
  transfer: z
    .object({
      fromDeviceId: deviceId.nullable(),
      toDeviceId: deviceId,
      force: z.boolean(),
      sinceVersion: count.default(0),
      prepared: z.boolean(),
      grantedAtUs: time.nullable(),
      releasedMs: time.nullable(),
    })
    .nullable(),
  pending: z.array(
    z.object({
      key: z.string(),
      deviceId,
      commandId: z.string().regex(/^[0-9a-f]{32}$/),
      deadlineUs: time,
      waitsFor: z.discriminatedUnion("type", [
        z.object({ type: z.literal("report"), version: count }),
        z.object({ type: z.literal("volume"), deviceId, seq: count }),
        z.object({ type: z.literal("transfer") }),
      ]),
    }),
  ),
  volumeSeq: count,
});

/** Rows that one statement inserts at most. */
const CHUNK = 100;

export class SqlConnectStore implements ConnectStore {
  readonly #database: SqlDatabase<Database>;

  constructor(database: SqlDatabase<Database>) {
    this.#database = database;
  }

  async load(sessionId: string): Promise<SavedSession | null> {
    const row = await this.#database.query
      .selectFrom("connect_sessions")
      .select(["session", "rest"])
      .where("id", "=", sessionId)
      .executeTakeFirst();
    if (!row) return null;
    const snapshot = serverFrameCodec.fromBytes(row.session);
    if (snapshot.type !== "snapshot") throw new Error(`session ${sessionId} is stored as ${snapshot.type}`);
    const rest = Rest.parse(JSON.parse(row.rest));
    const durable: DurableSession = {
      sessionId,
      stamp: snapshot.stamp,
      session: snapshot.state,
      ...rest,
    };
    return { durable, results: await this.#results(sessionId) };
  }

  async #results(sessionId: string): Promise<ReadonlyMap<string, StoredResult>> {
    const rows = await this.#database.query
      .selectFrom("connect_results")
      .select(["device_id", "result", "at_ms"])
      .where("session_id", "=", sessionId)
      .orderBy("at_ms")
      .orderBy("device_id")
      .orderBy("command_id")
      .execute();
    const results = new Map<string, StoredResult>();
    for (const row of rows) {
      const frame = serverFrameCodec.fromBytes(row.result);
      if (frame.type !== "command_result") continue;
      const { type: _, ...result } = frame;
      const device = row.device_id as DeviceId;
      results.set(commandKey(device, result.commandId), { deviceId: device, result, atMs: row.at_ms });
    }
    return results;
  }

  async save(commit: SessionCommit): Promise<void> {
    const { userId, durable, results, expected, nowMs, forgetBeforeMs } = commit;
    const { sessionId, stamp, session, owner, holders, transfer, pending, volumeSeq } = durable;
    const said = {
      incarnation: stamp.incarnation,
      version: stamp.version,
      session: serverFrameCodec.toBytes({ type: "snapshot", stamp, state: session }),
      rest: JSON.stringify({ owner, holders, transfer, pending, volumeSeq }),
      updated_at: nowMs,
    };
    await this.#database.transaction(async (tx) => {
      const query = expected
        ? tx
            .updateTable("connect_sessions")
            .set(said)
            .where("id", "=", sessionId)
            .where("incarnation", "=", expected.incarnation)
            .where("version", "=", expected.version)
            .returning("id")
        : tx
            .insertInto("connect_sessions")
            .values({ id: sessionId, user_id: userId, ...said })
            .onConflict((on) => on.doNothing())
            .returning("id");
      if (!(await query.executeTakeFirst())) throw new SessionTaken(`session ${sessionId} was changed`);
      for (let at = 0; at < results.length; at += CHUNK)
        await tx
          .insertInto("connect_results")
          .values(results.slice(at, at + CHUNK).map((stored) => resultRow(sessionId, stored)))
          .onConflict((on) => on.doNothing())
          .execute();
      await tx
        .deleteFrom("connect_results")
        .where("session_id", "=", sessionId)
        .where("at_ms", "<", forgetBeforeMs)
        .execute();
    });
  }
}

function resultRow(sessionId: string, { deviceId, result, atMs }: StoredResult) {
  return {
    session_id: sessionId,
    device_id: deviceId,
    command_id: result.commandId,
    result: serverFrameCodec.toBytes({ type: "command_result", ...result }),
    at_ms: Math.round(atMs),
  };
}
