/** Who makes a request. */
import { SegueError, type User } from "@segue/core";
import type { FastifyInstance, FastifyRequest } from "fastify";

export type { User };

/** Whose a token is, and how long. */
export interface Identity {
  readonly user: User;
  /** Milliseconds since the Unix epoch; null when the token has no end. */
  readonly expiresAtMs: number | null;
}

/** Turns the access token of a request into its user. */
export interface Authenticator {
  /** @throws SegueError `unauthenticated`, `token_expired` */
  identify(token: string): Promise<Identity>;
  /** @throws SegueError `unauthenticated`, `token_expired` */
  authenticate(token: string): Promise<User>;
}

declare module "fastify" {
  interface FastifyInstance {
    /** The user of the request. @throws SegueError `unauthenticated`, `token_expired` */
    requireUser(request: FastifyRequest): Promise<User>;
    /** The user of the request; null when it carries no token. @throws SegueError `unauthenticated`, `token_expired` */
    optionalUser(request: FastifyRequest): Promise<User | null>;
  }
}

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]{1,8192}=*)$/i;

/** The bearer token of `request`; null when there is none. @throws SegueError `unauthenticated` on another scheme */
export function bearerToken(request: FastifyRequest): string | null {
  const header = request.headers.authorization;
  if (header === undefined) return null;
  const token = BEARER.exec(header)?.[1];
  if (!token)
    throw new SegueError("unauthenticated", { detail: "expected Authorization: Bearer and a token" });
  return token;
}

/** Adds `requireUser` and `optionalUser` to `app`. */
export function registerAuthentication(app: FastifyInstance, authenticator: Authenticator): void {
  const optional = async (request: FastifyRequest) => {
    const token = bearerToken(request);
    return token === null ? null : authenticator.authenticate(token);
  };
  app.decorate("optionalUser", optional);
  app.decorate("requireUser", async (request: FastifyRequest) => {
    const user = await optional(request);
    if (!user) throw new SegueError("unauthenticated");
    return user;
  });
}
