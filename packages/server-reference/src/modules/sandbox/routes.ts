/** /v1/sandbox: the test clock, fault switches and fresh listeners. Registered in a sandbox only. */
import {
  ensureId,
  type SandboxClock,
  type SandboxFault,
  type SandboxFaultList,
  type SandboxUser,
  SegueError,
} from "@segue/core";
import type { FastifyInstance } from "fastify";
import type Provider from "oidc-provider";
import type { ServerContext } from "../../context";
import type { OpenApiDocument } from "../../http/openapi-document";
import { isLoopbackName } from "../../loopback";
import type { UserStore } from "../auth/user-store";
import { operationIds } from "./http-faults";
import { readAdvance, readClock, readFault, readUser } from "./requests";
import type { Sandbox } from "./sandbox";
import { makeSandboxUser, removeSandboxUsers } from "./users";

/** What the sandbox uses. */
export interface SandboxNeeds {
  readonly sandbox: Sandbox;
  readonly users: UserStore;
  readonly document: OpenApiDocument | null;
  /** Origin of this server. */
  readonly origin: () => string;
  /** The server's own authorization server; null when another one signs listeners in. */
  readonly provider: (() => Promise<Provider>) | null;
}

/** A page of somewhere else must not reach the switches of a developer's machine. */
function fromElsewhere(origin: string | undefined, own: string): boolean {
  if (origin === undefined || origin === own) return false;
  return !URL.canParse(origin) || !isLoopbackName(new URL(origin).hostname);
}

function outOfRange(error: unknown): never {
  if (!(error instanceof RangeError)) throw error;
  throw new SegueError("invalid_request", { detail: "the clock goes from 1970 to 2100", cause: error });
}

/** Serves the sandbox. */
export async function sandboxRoutes(
  app: FastifyInstance,
  { now }: ServerContext,
  { sandbox, users, document, origin, provider }: SandboxNeeds,
): Promise<void> {
  const { clock, faults } = sandbox;
  const operations = operationIds(document);

  app.addHook("onRequest", async (request, reply) => {
    reply.header("cache-control", "no-store");
    if (fromElsewhere(request.headers.origin, origin()))
      throw new SegueError("forbidden", { detail: "the sandbox is for pages of this machine only" });
  });

  app.get("/v1/sandbox/clock", async (): Promise<SandboxClock> => clock.view());
  app.put("/v1/sandbox/clock", async (request): Promise<SandboxClock> => {
    const { nowMs, running } = readClock(request.body);
    await clock.set(nowMs, running).catch(outOfRange);
    return clock.view();
  });
  app.delete("/v1/sandbox/clock", async (): Promise<SandboxClock> => {
    await clock.reset();
    return clock.view();
  });
  app.post("/v1/sandbox/clock/advance", async (request): Promise<SandboxClock> => {
    await clock.advance(readAdvance(request.body).ms).catch(outOfRange);
    return clock.view();
  });

  app.get("/v1/sandbox/faults", async (): Promise<SandboxFaultList> => ({ items: faults.list() }));
  app.post<{ Reply: SandboxFault }>("/v1/sandbox/faults", async (request, reply) =>
    reply.code(201).send(faults.add(readFault(request.body, operations))),
  );
  app.delete("/v1/sandbox/faults", async (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });
  app.delete<{ Params: { faultId: string } }>("/v1/sandbox/faults/:faultId", async (request, reply) => {
    if (!faults.remove(request.params.faultId)) throw new SegueError("not_found");
    return reply.code(204).send();
  });

  app.post<{ Reply: SandboxUser }>("/v1/sandbox/users", async (request, reply) => {
    const wishes = readUser(request.body);
    if (provider === null)
      throw new SegueError("forbidden", {
        detail: "another provider signs listeners in; make the user there",
      });
    return reply.code(201).send(await makeSandboxUser(users, await provider(), wishes, now()));
  });
  app.delete<{ Params: { userId: string } }>("/v1/sandbox/users/:userId", async (request, reply) => {
    const removed = await removeSandboxUsers(users, ensureId("user", request.params.userId));
    if (removed.size === 0) throw new SegueError("not_found", { detail: "the sandbox made no such user" });
    faults.clearUsers(removed);
    return reply.code(204).send();
  });

  app.post("/v1/sandbox/reset", async (_request, reply) => {
    faults.clear();
    await clock.reset();
    await removeSandboxUsers(users);
    return reply.code(204).send();
  });
}
