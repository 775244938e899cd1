/** The event log in memory: for tests, and as the plainest statement of what a log does. */
import { createDedupeWindow, type Receipt, type TrackId, tally } from "@segue/core";
import {
  arrived,
  NEW_STREAM,
  type StreamState,
  seqsByStream,
  unexplained,
} from "../../modules/events/arrivals";
import {
  type EventLog,
  type LoggedEvent,
  MAX_QUARANTINED,
  type QuarantinedEvent,
  type Submission,
} from "../../modules/events/event-log";
import { type Judgment, judgeItem } from "../../modules/events/judge-item";

/** An empty log. */
export function memoryEventLog(): EventLog {
  const log: LoggedEvent[] = [];
  const accepted = createDedupeWindow();
  const apart = new Map<string, QuarantinedEvent>();
  const streams = new Map<string, StreamState>();
  let counts = new Map<TrackId, number>();

  function keepApart(key: string, event: QuarantinedEvent): void {
    if (!apart.has(key)) apart.set(key, event);
    const own = [...apart].filter(([, each]) => each.userId === event.userId);
    for (const [oldest] of own.slice(0, Math.max(0, own.length - MAX_QUARANTINED))) apart.delete(oldest);
  }

  function keep(submission: Submission, { receipt, accepted: play, quarantined }: Judgment): Receipt {
    if (play) {
      const { trackId } = play.event;
      log.push({ offset: log.length + 1, ...play });
      accepted.add(receipt.eventId, submission.userId, submission.receivedAtMs);
      if (play.counts) counts.set(trackId, (counts.get(trackId) ?? 0) + 1);
    }
    if (quarantined) {
      const name = receipt.eventId || Buffer.from(quarantined.raw).toString("hex");
      keepApart(`${submission.userId} ${name}`, quarantined);
    }
    return receipt;
  }

  return {
    async append(submission) {
      const judgments: Judgment[] = [];
      for (const item of submission.items) {
        const judgment = judgeItem(submission, item, (id) => accepted.acceptedFrom(id, submission.userId));
        keep(submission, judgment);
        judgments.push(judgment);
      }
      for (const [streamId, seqs] of seqsByStream(judgments)) {
        const key = `${submission.userId} ${streamId}`;
        const { stats } = submission;
        const own = stats?.streamId === streamId ? stats : undefined;
        streams.set(key, arrived(streams.get(key) ?? NEW_STREAM, seqs, own));
      }
      return judgments.map((judgment) => judgment.receipt);
    },
    plays: async (ids) => new Map(ids.map((id) => [id, counts.get(id) ?? 0])),
    read: async (offset, limit) => log.slice(offset, offset + limit),
    quarantined: async (userId, limit) =>
      [...apart.values()].filter((event) => event.userId === userId).slice(0, limit),
    async recount() {
      counts = tally(
        log.map(({ event, counts: streamed }) => ({ trackId: event.trackId, counts: streamed })),
      );
    },
    async forget(nowMs) {
      const before = accepted.size;
      accepted.forget(nowMs);
      return before - accepted.size;
    },
    figures: async () => ({
      missing: [...streams.values()].reduce((sum, stream) => sum + unexplained(stream), 0),
      quarantined: apart.size,
      commits: 0,
      commitSeconds: 0,
    }),
    close: async () => undefined,
  };
}
