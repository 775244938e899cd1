/** /.well-known/openid-configuration, /oauth/* and the sign-in page. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { SegueError } from "@segue/core";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type Provider from "oidc-provider";
import type { InteractionDetails } from "oidc-provider";
import type { ServerContext } from "../../context";
import { pageHeaders, signInPage } from "./pages";
import { checkSignIn } from "./sign-in";
import type { UserStore } from "./user-store";

/** What the routes need. */
interface AuthRouteOptions {
  readonly context: ServerContext;
  readonly users: UserStore;
  /** Made when the server's address is known. */
  readonly provider: () => Promise<Provider>;
}

const FORM = "application/x-www-form-urlencoded";

/** Serves the authorization server. */
export async function authRoutes(
  app: FastifyInstance,
  { context, users, provider }: AuthRouteOptions,
): Promise<void> {
  // The provider reads bodies by itself.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));

  async function pass(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const handle = (await provider()).callback();
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value);
    reply.hijack();
    await handle(request.raw, reply.raw);
  }
  app.get("/.well-known/openid-configuration", pass);
  app.route({ method: ["GET", "POST", "OPTIONS"], url: "/oauth/*", handler: pass });

  await app.register(interactionRoutes, { context, users, provider });
}

async function interactionRoutes(
  app: FastifyInstance,
  { context, users, provider }: AuthRouteOptions,
): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(FORM, { parseAs: "string", bodyLimit: 8192 }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(body as string))),
  );
  const csrfFor = (uid: string) =>
    createHmac("sha256", context.secrets.session).update(`segue/csrf/v1\0${uid}`).digest("base64url");

  async function details(request: FastifyRequest, reply: FastifyReply): Promise<InteractionDetails> {
    try {
      return await (await provider()).interactionDetails(request.raw, reply.raw);
    } catch (error) {
      throw new SegueError("not_found", {
        detail: "this sign-in was finished or has expired; start again",
        cause: error,
      });
    }
  }

  function show(
    reply: FastifyReply,
    at: InteractionDetails,
    more: { error?: string; login?: string } = {},
  ): FastifyReply {
    const action = `/oauth/interaction/${at.uid}`;
    const client = at.params.client_id === "segue-device" ? "your device" : "the web player";
    // Browsers apply form-action to the redirects that follow the form.
    const target = typeof at.params.redirect_uri === "string" ? [new URL(at.params.redirect_uri).origin] : [];
    const shown = { action, csrf: csrfFor(at.uid), client, sandbox: context.config.sandbox, ...more };
    return reply
      .code(more.error ? 422 : 200)
      .headers(pageHeaders(target))
      .send(signInPage(shown));
  }

  async function finish(
    request: FastifyRequest,
    reply: FastifyReply,
    result: Record<string, unknown>,
  ): Promise<FastifyReply> {
    const options = { mergeWithLastSubmission: true };
    const next = await (await provider()).interactionResult(request.raw, reply.raw, result, options);
    return reply.header("cache-control", "no-store").redirect(next, 303);
  }

  app.get("/oauth/interaction/:uid", async (request, reply) => {
    const at = await details(request, reply);
    if (at.prompt.name === "login") return show(reply, at);
    return finish(request, reply, { consent: await consent(at) });
  });

  async function consent(at: InteractionDetails): Promise<{ grantId: string }> {
    if (at.grantId) return { grantId: at.grantId };
    const { Grant } = await provider();
    const accountId = at.session?.accountId;
    if (!accountId) throw new SegueError("forbidden");
    const grant = new Grant({ accountId, clientId: String(at.params.client_id) });
    grant.addOIDCScope("openid profile offline_access");
    return { grantId: await grant.save() };
  }

  app.post<{ Body: Record<string, string> }>(
    "/oauth/interaction/:uid",
    { config: { rateLimit: { max: 30, timeWindow: 60_000 } } },
    async (request, reply) => {
      const at = await details(request, reply);
      const { csrf = "", cancel, demo, login = "", password = "" } = request.body ?? {};
      const [given, expected] = [Buffer.from(csrf), Buffer.from(csrfFor(at.uid))];
      if (given.length !== expected.length || !timingSafeEqual(given, expected))
        throw new SegueError("forbidden");
      if (cancel !== undefined)
        return finish(request, reply, {
          error: "access_denied",
          error_description: "the listener declined",
        });
      const accountId = await checkSignIn(users, context.config.sandbox, { demo, login, password });
      if (accountId === null) return show(reply, at, { error: "Name or password is wrong.", login });
      return finish(request, reply, { login: { accountId } });
    },
  );
}
