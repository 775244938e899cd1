/** GET /livez, /readyz, /metrics, /openapi.json, /docs. */
import { type Health, SegueError } from "@segue/core";
import type { FastifyInstance } from "fastify";
import type { OpenApiDocument } from "../../http/openapi-document";
import { referencePage } from "../../http/reference-page";
import type { Telemetry } from "../../telemetry";
import { ensureMayReadMetrics } from "./metrics-access";
import type { OperationsSettings } from "./settings";

/** What operations use. */
export interface OperationsNeeds {
  readonly telemetry: Telemetry;
  readonly settings: OperationsSettings;
  readonly document: OpenApiDocument | null;
  /** Whether the server is shutting down. */
  readonly draining: () => boolean;
  /** Asks the database for an answer. @throws when it has none */
  readonly reach: () => Promise<void>;
}

/** Serves what an operator asks for. */
export async function operationsRoutes(
  app: FastifyInstance,
  { telemetry, settings, document, draining, reach }: OperationsNeeds,
): Promise<void> {
  let page: string | null = null;

  app.get("/livez", async (_request, reply): Promise<Health> => {
    reply.header("cache-control", "no-store");
    return { status: "ok" };
  });
  app.get("/readyz", async (_request, reply): Promise<Health> => {
    reply.header("cache-control", "no-store");
    if (draining()) throw new SegueError("unavailable", { detail: "shutting down", retryAfterMs: 5000 });
    await reach();
    return { status: "ok" };
  });
  app.get("/metrics", async (request, reply) => {
    ensureMayReadMetrics(request, settings.metricsToken);
    return reply
      .header("cache-control", "no-store")
      .type(telemetry.contentType)
      .send(await telemetry.render());
  });
  app.get("/openapi.json", async (_request, reply) => {
    if (!document) throw new SegueError("not_found", { detail: "the document was not built" });
    return reply.header("cache-control", "no-cache").send(document);
  });
  app.get("/docs", async (_request, reply) => {
    if (!document) throw new SegueError("not_found", { detail: "the document was not built" });
    page ??= referencePage(document);
    return reply
      .type("text/html; charset=utf-8")
      .header(
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
      )
      .header("cache-control", "no-cache")
      .send(page);
  });
}
