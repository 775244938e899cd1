/** The playback, license and media routes of a fixture on a real loopback port. */

import { SegueError } from "@segue/core";
import Fastify, { type FastifyInstance } from "fastify";
import { registerProblems } from "../../src/http/problem";
import { registerAuthentication } from "../../src/modules/auth/authenticate";
import type { User } from "../../src/modules/auth/principal";
import { licenseRoutes } from "../../src/modules/license/routes";
import { mediaRoutes } from "../../src/modules/media/routes";
import { playbackRoutes } from "../../src/modules/playback/routes";
import type { Fixture } from "./fixture";

/** A user as `Fixture.addUser` gives it. */
type FixtureUser = Omit<User, "name">;

/** Starts the routes; the token of a user is their id. */
export async function startApp(fixture: Fixture, options: { readonly stallMs?: number } = {}) {
  const users = new Map<string, User>();
  const app: FastifyInstance = Fastify({ logger: false, forceCloseConnections: true });
  registerProblems(app);
  registerAuthentication(app, {
    async authenticate(token) {
      const user = users.get(token);
      if (!user) throw new SegueError("unauthenticated");
      return user;
    },
  });
  const { context } = fixture;
  await app.register(playbackRoutes, { context });
  await app.register(licenseRoutes, { context });
  await app.register(mediaRoutes, { context, ...options });
  const origin = await app.listen({ port: 0, host: "127.0.0.1" });
  return {
    origin,
    app,
    /** Accepts the id of `user` as a token. */
    admit: (user: FixtureUser) => users.set(user.id, { name: "Test", ...user }),
    post: (path: string, token: string, body: unknown, headers: Record<string, string> = {}) =>
      fetch(`${origin}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
        body: typeof body === "string" || body instanceof Buffer ? body : JSON.stringify(body),
      }),
    close: () => app.close(),
  };
}

/** What `startApp` gives. */
export type TestApp = Awaited<ReturnType<typeof startApp>>;
