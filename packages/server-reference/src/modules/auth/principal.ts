/** Who makes a request. */
import type { Plan, UserId } from "@segue/core";
import type { FastifyRequest } from "fastify";

/** A listener, as the rest of the server sees one. */
export interface User {
  readonly id: UserId;
  readonly name: string;
  readonly plan: Plan;
  /** ISO 3166-1 alpha-2. */
  readonly market: string;
  readonly explicitFilter: boolean;
}

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
