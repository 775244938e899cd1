import {
  batchSize,
  type DeviceId,
  MAX_BATCH_BYTES,
  type Milliseconds,
  type PlayEvent,
  type Receipt,
  SegueError,
  type UserId,
} from "@segue/core";
import { playEventCodec, publishRequestCodec, publishResponseCodec } from "@segue/core/wire";
import type { Transport } from "../api/transport";
import type { Clock } from "../ports/clock";
import type { OutboxStore, StoredPlay } from "../ports/outbox-store";

/** What the batch says beside its events, and the commas between them. */
const HEADER_BYTES = 2_048;
/** A batch that travels while the page goes shares 64 KiB with others. */
const KEPT_ALIVE = (leaving: boolean) => (leaving ? { keepalive: true } : {});

export interface SenderOptions {
  readonly store: OutboxStore;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly deviceId: (userId: string) => Promise<DeviceId>;
  /** Whether the page is about to go, so that a request must outlive it. */
  readonly leaving: () => boolean;
}

/** A batch and what the server said to it. */
export interface SentBatch {
  readonly rows: readonly StoredPlay[];
  readonly receipts: readonly Receipt[];
}

/** Sends batches of one listener's plays. */
export interface Sender {
  /** When a play ended by the monotonic clock of this program; makes its age exact whatever the wall clock does. */
  ended(eventId: string, atMs: Milliseconds): void;
  /**
   * Sends up to `limit` of the oldest plays. `loaded` is told which, before anything is sent.
   * @throws SegueError whatever the transport throws
   */
  send(
    userId: string,
    limit: number,
    attempt: number,
    loaded: (rows: readonly StoredPlay[]) => void,
  ): Promise<SentBatch>;
}

export function createSender({ store, transport, clock, deviceId, leaving }: SenderOptions): Sender {
  const endedAt = new Map<string, Milliseconds>();

  function eventsOf(rows: readonly StoredPlay[], streamId: string): PlayEvent[] {
    const nowMs = clock.monotonicMs();
    return rows.map(({ seq, play }) => {
      const at = endedAt.get(play.eventId);
      const event = { ...play, streamId, seq };
      return at === undefined ? event : { ...event, ageMs: Math.max(0, Math.floor(nowMs - at)) };
    });
  }

  return {
    ended(eventId, atMs) {
      endedAt.set(eventId, atMs);
    },
    async send(userId, limit, attempt, loaded) {
      const device = await deviceId(userId);
      const stats = await store.stats(userId);
      const rows = await store.list(userId, limit);
      const events = eventsOf(rows, stats.streamId);
      const sizes = events.map((event) => JSON.stringify(playEventCodec.toJson(event)).length + 1);
      const count = batchSize(sizes, limit, MAX_BATCH_BYTES - HEADER_BYTES);
      const batch = rows.slice(0, count);
      loaded(batch);
      if (batch.length === 0) return { rows: batch, receipts: [] };
      const answer = await transport.call({
        method: "POST",
        path: "/v1/events",
        json: publishRequestCodec.toJson({
          deviceId: device,
          userId: userId as UserId,
          sentAtMs: Math.max(1, Math.floor(clock.wallMs())),
          attempt,
          stats,
          events: events.slice(0, count),
        }),
        // Its retries are the outbox's own.
        attempts: 1,
        ...KEPT_ALIVE(leaving()),
      });
      const { receipts } = publishResponseCodec.fromJson(answer);
      if (receipts.length !== batch.length)
        throw new SegueError("protocol", { detail: "one receipt per event was expected" });
      batch.forEach(({ play }, i) => {
        if (receipts[i]!.status !== "retry") endedAt.delete(play.eventId);
      });
      return { rows: batch, receipts };
    },
  };
}
