/** As much of oidc-provider 8, which ships no types, as is used here. */
declare module "oidc-provider" {
  import type { IncomingMessage, ServerResponse } from "node:http";

  export interface InteractionDetails {
    readonly uid: string;
    readonly prompt: { readonly name: string; readonly details: Record<string, unknown> };
    readonly params: Record<string, unknown>;
    readonly session?: { readonly accountId: string };
    readonly grantId?: string;
  }
  export interface OidcGrant {
    addOIDCScope(scope: string): void;
    save(ttl?: number): Promise<string>;
  }
  export interface OidcToken {
    /** Stores the token and gives its value. */
    save(): Promise<string>;
  }
  export const errors: { readonly InvalidGrant: new (detail: string) => Error };
  /** What a check of the interaction policy sees of a request. */
  export interface InteractionContext {
    readonly oidc: {
      readonly session?: { readonly accountId?: string };
      readonly entities: { readonly Account?: object };
    };
  }
  class Check {
    static readonly REQUEST_PROMPT: true;
    static readonly NO_NEED_TO_PROMPT: false;
    constructor(reason: string, description: string, check: (ctx: InteractionContext) => boolean);
  }
  export const interactionPolicy: {
    readonly Check: typeof Check;
    base(): { get(name: string): { readonly checks: { add(check: Check): void } } | undefined };
  };
  export default class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    proxy: boolean;
    readonly Grant: new (claims: {
      accountId: string;
      clientId: string;
    }) => OidcGrant;
    readonly AccessToken: new (
      claims: Record<string, unknown>,
    ) => OidcToken;
    readonly RefreshToken: new (
      claims: Record<string, unknown>,
    ) => OidcToken;
    readonly Client: {
      prototype: Record<string, unknown>;
      find(id: string): Promise<object | undefined>;
    };
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<InteractionDetails>;
    interactionResult(
      request: IncomingMessage,
      response: ServerResponse,
      result: Record<string, unknown>,
      options?: { mergeWithLastSubmission?: boolean },
    ): Promise<string>;
    on(event: string, listener: (...args: unknown[]) => void): this;
  }
}
