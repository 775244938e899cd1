/** The server of a fixture on a real loopback port. */
import type { FastifyInstance } from "fastify";
import { type AppOptions, createApp } from "../../src/app";
import type { User } from "../../src/http/principal";
import { tokenKey } from "../../src/modules/auth/authenticate";
import { ACCESS_TOKEN } from "../../src/modules/auth/token-store";
import type { Fixture } from "./fixture";

/** Starts the server; the token of an admitted user is their id. */
export async function startApp(fixture: Fixture, options: AppOptions = {}) {
  const { stores } = fixture;
  const app: FastifyInstance = await createApp(fixture, options);
  const origin = await app.listen({ port: 0, host: "127.0.0.1" });
  return {
    origin,
    app,
    /** Accepts the id of `user` as a token. */
    admit: async (user: Omit<User, "name">) => {
      const rest = { payload: {}, grantId: null, userCode: null, uid: null, expiresAtMs: null };
      await stores.tokens.save({ model: ACCESS_TOKEN, id: tokenKey(user.id), userId: user.id, ...rest });
    },
    post: (path: string, token: string, body: unknown, headers: Record<string, string> = {}) =>
      fetch(`${origin}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
        body: typeof body === "string" || body instanceof Buffer ? body : JSON.stringify(body),
      }),
    close: async () => {
      app.server.closeAllConnections();
      const closed = app.close();
      app.server.closeAllConnections();
      await closed;
    },
  };
}

/** What `startApp` gives. */
export type TestApp = Awaited<ReturnType<typeof startApp>>;
