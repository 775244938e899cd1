/** The outbox in a journal file, shared by the programs that use one directory. */
import { randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { OutboxStats, Play } from "@segue/core";
import { newStreamId } from "../../events/stream-id";
import type { OutboxStore } from "../../ports/outbox-store";
import { isRunning, withFileLock } from "./file-lock";
import { readJsonFile, removeFile, writeJsonFile } from "./files";
import { openJournalFile } from "./journal-file";

type JournalRecord =
  | {
      readonly type: "stream";
      readonly userId: string;
      readonly streamId: string;
      readonly seqNext: number;
      readonly drops: Readonly<Record<string, number>>;
    }
  | { readonly type: "play"; readonly userId: string; readonly seq: number; readonly play: Play }
  | { readonly type: "settled"; readonly userId: string; readonly seqs: readonly number[] }
  | {
      readonly type: "dropped";
      readonly userId: string;
      readonly seqs: readonly number[];
      readonly reason: string;
    };

interface Listener {
  streamId: string;
  seqNext: number;
  drops: Record<string, number>;
  readonly rows: Map<number, Play>;
}

/** A journal with this many records more than it needs is written anew. */
const SPARE_RECORDS = 1_000;

/** Outboxes that are open in this process. */
const alive = new Set<string>();

export function nodeOutbox(directory: string): OutboxStore {
  const file = openJournalFile(join(directory, "outbox.log"));
  const owner = `${process.pid}.${randomUUID()}`;
  alive.add(owner);
  const openFile = (of: string, eventId: string) => join(directory, `play.${of}.${eventId}.json`);
  const listeners = new Map<string, Listener>();
  let records = 0;
  let last: Promise<unknown> = Promise.resolve();

  function apply(value: unknown): void {
    const record = value as JournalRecord;
    records += 1;
    const held = listeners.get(record.userId);
    if (record.type === "stream") {
      const { streamId, seqNext, drops } = record;
      listeners.set(record.userId, { streamId, seqNext, drops: { ...drops }, rows: held?.rows ?? new Map() });
    } else if (held) applyTo(held, record);
  }

  /** Runs `task` after everybody's records were read and while nobody else writes any. */
  function locked<T>(task: () => Promise<T>): Promise<T> {
    const next = last.then(() =>
      withFileLock(join(directory, "outbox.lock"), async () => {
        const reset = () => {
          listeners.clear();
          records = 0;
        };
        await file.catchUp(reset, apply);
        return task();
      }),
    );
    last = next.catch(() => undefined);
    return next;
  }

  async function write(...added: readonly JournalRecord[]): Promise<void> {
    await file.append(added);
    added.forEach(apply);
    const needed = [...listeners.values()].reduce((sum, { rows }) => sum + rows.size + 1, 0);
    if (records <= needed + SPARE_RECORDS) return;
    await file.replace([...listeners].flatMap(snapshotOf));
    records = needed;
  }

  function freshStream(userId: string): JournalRecord[] {
    if (listeners.has(userId)) return [];
    return [{ type: "stream", userId, streamId: newStreamId(), seqNext: 1, drops: {} }];
  }

  async function commit(userId: string, play: Play): Promise<number> {
    const seq = listeners.get(userId)?.seqNext ?? 1;
    await write(...freshStream(userId), { type: "play", userId, seq, play });
    return seq;
  }

  return {
    journal: (userId, play) => writeJsonFile(openFile(owner, play.eventId), { userId, play }),
    async commit(userId, play) {
      const seq = await locked(() => commit(userId, play));
      await removeFile(openFile(owner, play.eventId));
      return seq;
    },
    adoptOrphans: () =>
      locked(async () => {
        const names = await readdir(directory).catch(() => [] as string[]);
        let adopted = 0;
        for (const name of names) {
          const [kind, pid, id] = name.split(".");
          if (kind !== "play" || !name.endsWith(".json") || lives(Number(pid), `${pid}.${id}`)) continue;
          const open = (await readJsonFile(join(directory, name))) as { userId: string; play: Play } | null;
          const known = open && [...(listeners.get(open.userId)?.rows.values() ?? [])];
          // Its program may have died between the commit and the removal.
          if (open && !known?.some(({ eventId }) => eventId === open.play.eventId)) {
            await commit(open.userId, open.play);
            adopted += 1;
          }
          await removeFile(join(directory, name));
        }
        return adopted;
      }),
    list: (userId, limit) =>
      locked(async () =>
        [...(listeners.get(userId)?.rows ?? [])].slice(0, limit).map(([seq, play]) => ({ seq, play })),
      ),
    count: (userId) => locked(async () => listeners.get(userId)?.rows.size ?? 0),
    settle: (userId, seqs) => locked(() => write({ type: "settled", userId, seqs })),
    drop: (userId, seqs, reason) => locked(() => write({ type: "dropped", userId, seqs, reason })),
    stats: (userId) =>
      locked(async (): Promise<OutboxStats> => {
        const fresh = freshStream(userId);
        if (fresh.length > 0) await write(...fresh);
        const { streamId, seqNext, drops, rows } = listeners.get(userId)!;
        const [seqMin = 0] = rows.keys();
        const lost = Object.entries(drops).map(([reason, count]) => ({ reason, count }));
        return { streamId, seqMin, seqNext, drops: lost };
      }),
    exclusive: (task) => withFileLock(join(directory, "outbox-sender.lock"), task),
    onChange: () => () => undefined,
    async close() {
      alive.delete(owner);
    },
  };
}

/** An earlier process may have had this one's number. */
const lives = (pid: number, owner: string) => (pid === process.pid ? alive.has(owner) : isRunning(pid));

function applyTo(listener: Listener, record: Exclude<JournalRecord, { type: "stream" }>): void {
  if (record.type === "play") {
    listener.rows.set(record.seq, record.play);
    listener.seqNext = Math.max(listener.seqNext, record.seq + 1);
    return;
  }
  const removed = record.seqs.filter((seq) => listener.rows.delete(seq)).length;
  if (record.type === "dropped" && removed > 0)
    listener.drops[record.reason] = (listener.drops[record.reason] ?? 0) + removed;
}

function snapshotOf([userId, { streamId, seqNext, drops, rows }]: [string, Listener]): JournalRecord[] {
  return [
    { type: "stream", userId, streamId, seqNext, drops },
    ...[...rows].map(([seq, play]): JournalRecord => ({ type: "play", userId, seq, play })),
  ];
}
