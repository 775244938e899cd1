import type { Receipt } from "@segue/core";
import { Counter, Gauge, type Registry } from "prom-client";
import type { EventLog, EventLogFigures } from "./event-log";

/** Counts receipts by status and reason. */
export interface EventMetrics {
  answered(receipts: readonly Receipt[]): void;
}

/** Metrics of the events that a server receives. */
export function createEventMetrics(registry: Registry, log: EventLog): EventMetrics {
  const received = new Counter({
    name: "segue_events_received_total",
    help: "Events answered with a receipt.",
    labelNames: ["status", "reason"] as const,
    registers: [registry],
  });
  function gauge(name: string, help: string, value: (figures: EventLogFigures) => number): void {
    const metric: Gauge = new Gauge({
      name,
      help,
      registers: [registry],
      collect: async (): Promise<void> => metric.set(value(await log.figures())),
    });
  }
  gauge(
    "segue_events_missing",
    "Sequence numbers that neither arrived nor were reported as dropped.",
    ({ missing }) => missing,
  );
  gauge("segue_events_quarantined", "Events that are kept apart.", ({ quarantined }) => quarantined);
  gauge("segue_event_log_commits_total", "Durable commits of the event log.", ({ commits }) => commits);
  gauge(
    "segue_event_log_commit_seconds_total",
    "Time that durable commits took together.",
    ({ commitSeconds }) => commitSeconds,
  );
  return {
    answered(receipts) {
      for (const { status, reason } of receipts) received.inc({ status, reason: reason || "none" });
    },
  };
}
