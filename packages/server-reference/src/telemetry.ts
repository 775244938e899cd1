/** Logs without secrets, and metrics. */
import type { FastifyInstance } from "fastify";
import pino, { type Logger } from "pino";
import { collectDefaultMetrics, Histogram, Registry } from "prom-client";

const pathOf = (url: string | undefined) => url?.split("?")[0];

/** A logger that writes JSON lines to standard error. Queries and credentials never reach it. */
export function createLogger(level: string): Logger {
  const options = {
    level,
    base: null,
    redact: {
      paths: [
        "authorization",
        "cookie",
        "password",
        "token",
        "secret",
        "*.authorization",
        "*.cookie",
        "*.password",
        "*.token",
        "*.secret",
        "headers",
      ],
      censor: "[redacted]",
    },
    serializers: {
      // Queries hold signatures of media URLs and authorization codes.
      req: (request: { method?: string; url?: string }) => ({
        method: request.method,
        path: pathOf(request.url),
      }),
      res: (reply: { statusCode?: number }) => ({ status: reply.statusCode }),
      err: pino.stdSerializers.err,
    },
  };
  return pino(options, pino.destination({ dest: 2, sync: false }));
}

/** Metrics of one server. */
export interface Telemetry {
  /** Where modules register metrics of their own. */
  readonly registry: Registry;
  readonly contentType: string;
  render(): Promise<string>;
}

/** Counts and times the requests of `app`. */
export function registerTelemetry(app: FastifyInstance): Telemetry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: "segue_http_request_duration_seconds",
    help: "Time from request to the end of its answer.",
    labelNames: ["method", "route", "status"] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  app.addHook("onResponse", async (request, reply) => {
    const labels = {
      method: request.method,
      route: request.routeOptions.url ?? "none",
      status: String(reply.statusCode),
    };
    duration.observe(labels, reply.elapsedTime / 1000);
  });
  app.addHook("onClose", async () => registry.clear());
  return { registry, contentType: registry.contentType, render: () => registry.metrics() };
}
