/** The outbox in IndexedDB: one row per play, shared by the tabs of an origin. */
import { type OutboxStats, type Play, SegueError } from "@segue/core";
import { newStreamId } from "../../events/stream-id";
import type { OutboxStore } from "../../ports/outbox-store";
import type { lazyDatabase, SegueDatabase, StreamRow } from "./database";

/** Without the Web Locks API, the open play of a tab that wrote nothing for this long is that of a dead one. */
const SILENT_MS = 60_000;
const LAST = Number.MAX_SAFE_INTEGER;

const rowsOf = (userId: string) => IDBKeyRange.bound([userId, 0], [userId, LAST]);
const locks = () => globalThis.navigator?.locks as LockManager | undefined;

/** @param name Names the locks and the channel; outboxes with the same name are one. */
export function webOutbox(name: string, database: ReturnType<typeof lazyDatabase>): OutboxStore {
  const owner = crypto.randomUUID();
  const ownerLock = (id: string) => `${name}/plays/${id}`;
  const channel = new BroadcastChannel(`${name}/outbox`);
  let letGo = () => {};
  // Held as long as this page lives: that it can be had says that the page is gone.
  void locks()?.request(ownerLock(owner), () => new Promise<void>((resolve) => (letGo = resolve)));
  let last: Promise<unknown> = Promise.resolve();

  /** Runs `change` in one transaction that is on the disk when it resolves. */
  async function write<T>(change: (transaction: Writing) => Promise<T>): Promise<T> {
    try {
      const db = await database.open();
      const transaction = db.transaction(["outbox", "plays", "streams"], "readwrite", {
        durability: "strict",
      });
      const [result] = await Promise.all([change(transaction), transaction.done]);
      channel.postMessage("changed");
      return result;
    } catch (cause) {
      throw SegueError.from(cause, "unavailable");
    }
  }

  async function isGone(id: string, writtenAtMs: number): Promise<boolean> {
    if (id === owner) return false;
    const manager = locks();
    if (!manager) return Date.now() - writtenAtMs > SILENT_MS;
    const { held = [] } = await manager.query();
    return !held.some((lock) => lock.name === ownerLock(id));
  }

  return {
    async journal(userId, play) {
      const db = await database.open();
      await db.put("plays", { owner, userId, play, writtenAtMs: Date.now() }, play.eventId);
    },
    commit: (userId, play) => write((transaction) => append(transaction, userId, play)),
    async adoptOrphans() {
      const db = await database.open();
      let adopted = 0;
      for (const open of await db.getAll("plays")) {
        if (!(await isGone(open.owner, open.writtenAtMs))) continue;
        await write(async (transaction) => {
          // Another tab may have been faster.
          const held = await transaction.objectStore("plays").get(open.play.eventId);
          if (!held) return;
          await append(transaction, held.userId, held.play);
          adopted += 1;
        });
      }
      return adopted;
    },
    async list(userId, limit) {
      const db = await database.open();
      return (await db.getAll("outbox", rowsOf(userId), limit)).map(({ seq, play }) => ({ seq, play }));
    },
    count: async (userId) => (await database.open()).count("outbox", rowsOf(userId)),
    settle: (userId, seqs) =>
      write(async (transaction) => {
        const rows = transaction.objectStore("outbox");
        await Promise.all(seqs.map((seq) => rows.delete([userId, seq])));
      }),
    drop: (userId, seqs, reason) =>
      write(async (transaction) => {
        const rows = transaction.objectStore("outbox");
        const held = await Promise.all(seqs.map((seq) => rows.count([userId, seq])));
        const lost = held.reduce((sum, count) => sum + count, 0);
        const stream = await streamOf(transaction, userId);
        const drops = { ...stream.drops, [reason]: (stream.drops[reason] ?? 0) + lost };
        await Promise.all(seqs.map((seq) => rows.delete([userId, seq])));
        if (lost > 0) await transaction.objectStore("streams").put({ ...stream, drops }, userId);
      }),
    stats: (userId) =>
      write(async (transaction): Promise<OutboxStats> => {
        const { streamId, seqNext, drops } = await streamOf(transaction, userId);
        const [oldest] = await transaction.objectStore("outbox").getAll(rowsOf(userId), 1);
        const lost = Object.entries(drops).map(([reason, count]) => ({ reason, count }));
        return { streamId, seqMin: oldest?.seq ?? 0, seqNext, drops: lost };
      }),
    exclusive(task) {
      const next = last.then(() => {
        const manager = locks();
        return manager ? (manager.request(`${name}/outbox`, task) as ReturnType<typeof task>) : task();
      });
      last = next.catch(() => undefined);
      return next;
    },
    onChange(listener) {
      channel.addEventListener("message", listener);
      return () => channel.removeEventListener("message", listener);
    },
    async close() {
      letGo();
      channel.close();
    },
  };
}

type Writing = ReturnType<typeof writing>;
const writing = (db: SegueDatabase) => db.transaction(["outbox", "plays", "streams"], "readwrite");

async function streamOf(transaction: Writing, userId: string): Promise<StreamRow> {
  const streams = transaction.objectStore("streams");
  const held = await streams.get(userId);
  if (held) return held;
  const made: StreamRow = { streamId: newStreamId(), seqNext: 1, drops: {} };
  await streams.put(made, userId);
  return made;
}

async function append(transaction: Writing, userId: string, play: Play): Promise<number> {
  const stream = await streamOf(transaction, userId);
  const seq = stream.seqNext;
  await transaction.objectStore("streams").put({ ...stream, seqNext: seq + 1 }, userId);
  await transaction.objectStore("outbox").put({ seq, play }, [userId, seq]);
  await transaction.objectStore("plays").delete(play.eventId);
  return seq;
}
