/** The outbox in memory: what was not sent when the program ends is lost. */
import type { OutboxStats, Play } from "@segue/core";
import { newStreamId } from "../events/stream-id";
import type { OutboxStore } from "../ports/outbox-store";

interface Listener {
  readonly streamId: string;
  seqNext: number;
  readonly rows: Map<number, Play>;
  readonly drops: Map<string, number>;
}

export function memoryOutbox(): OutboxStore {
  const listeners = new Map<string, Listener>();
  let last: Promise<unknown> = Promise.resolve();

  function of(userId: string): Listener {
    const held = listeners.get(userId);
    if (held) return held;
    const made = { streamId: newStreamId(), seqNext: 1, rows: new Map(), drops: new Map() };
    listeners.set(userId, made);
    return made;
  }

  return {
    journal: async () => undefined,
    async commit(userId, play) {
      const listener = of(userId);
      const seq = listener.seqNext++;
      listener.rows.set(seq, structuredClone(play));
      return seq;
    },
    adoptOrphans: async () => 0,
    list: async (userId, limit) => [...of(userId).rows].slice(0, limit).map(([seq, play]) => ({ seq, play })),
    count: async (userId) => of(userId).rows.size,
    async settle(userId, seqs) {
      for (const seq of seqs) of(userId).rows.delete(seq);
    },
    async drop(userId, seqs, reason) {
      const { rows, drops } = of(userId);
      const lost = seqs.filter((seq) => rows.delete(seq)).length;
      if (lost > 0) drops.set(reason, (drops.get(reason) ?? 0) + lost);
    },
    async stats(userId): Promise<OutboxStats> {
      const { streamId, seqNext, rows, drops } = of(userId);
      const [seqMin = 0] = rows.keys();
      return { streamId, seqMin, seqNext, drops: [...drops].map(([reason, count]) => ({ reason, count })) };
    },
    exclusive(task) {
      const next = last.then(task);
      last = next.catch(() => undefined);
      return next;
    },
    onChange: () => () => undefined,
    close: async () => undefined,
  };
}
