/** What a module is: one area of the server, as `app.ts` folds it. */
import type { FastifyInstance } from "fastify";
import type { Capability } from "./capability";
import type { PersonalData } from "./personal-data";

/**
 * One area of the server. `modules/<area>/module.ts` makes it with `xModule(context, needs)`: `needs` names the values of
 * other modules and the ports that it uses, and what it offers to others are further fields of what is returned.
 */
export interface Module {
  /** Its folder. */
  readonly name: string;
  /** Adds what concerns requests of every area to `app`; called before any routes are there. */
  readonly install?: (app: FastifyInstance) => void;
  /** Adds the area's routes to `app`, in a scope of their own. */
  readonly routes?: (app: FastifyInstance) => Promise<void>;
  /** What the area lets clients do, in the order in which GET /v1/capabilities says it. */
  readonly capabilities?: readonly Capability[];
  /** Origins beside the server's own that pages of the server talk to. */
  readonly origins?: () => Promise<readonly string[]>;
  /** What the area keeps of listeners. */
  readonly personalData?: PersonalData;
  /** Ends what the module keeps open. Called while requests that came in before are still answered. */
  readonly close?: () => Promise<void>;
}
