/** What an operator sees of Connect. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

export interface ConnectMetrics {
  readonly connections: Gauge;
  readonly sessions: Gauge;
  readonly framesIn: Counter<"type">;
  readonly faults: Counter<"code">;
  readonly closes: Counter<"code">;
  readonly results: Counter<"outcome">;
  readonly commit: Histogram;
}

export function createConnectMetrics(registry: Registry): ConnectMetrics {
  const registers = [registry];
  return {
    connections: new Gauge({
      name: "segue_connect_connections",
      help: "Open Connect connections.",
      registers,
    }),
    sessions: new Gauge({
      name: "segue_connect_sessions",
      help: "Connect sessions in memory.",
      registers,
    }),
    framesIn: new Counter({
      name: "segue_connect_frames_received_total",
      help: "Frames of clients by type; unknown bodies are counted as unknown.",
      labelNames: ["type"] as const,
      registers,
    }),
    faults: new Counter({
      name: "segue_connect_faults_total",
      help: "Faults sent, by code.",
      labelNames: ["code"] as const,
      registers,
    }),
    closes: new Counter({
      name: "segue_connect_closes_total",
      help: "Connections that the server closed, by code.",
      labelNames: ["code"] as const,
      registers,
    }),
    results: new Counter({
      name: "segue_connect_results_total",
      help: "Results of commands, by outcome.",
      labelNames: ["outcome"] as const,
      registers,
    }),
    commit: new Histogram({
      name: "segue_connect_commit_duration_seconds",
      help: "Time until a change of a session was durable.",
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2],
      registers,
    }),
  };
}
