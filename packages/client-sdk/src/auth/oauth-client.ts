import { type Milliseconds, SegueError } from "@segue/core";
import * as oauth from "oauth4webapi";
import type { Clock } from "../ports/clock";
import type { TokenSet } from "../ports/credentials";
import type { HttpClient } from "../ports/http";
import type { Authority } from "./authority";
import { type Discovered, discover } from "./discovery";

export interface OAuthOptions {
  /** Asked before the first request, and again after a failure. */
  readonly authority: () => Promise<Authority>;
  readonly scope: string;
  readonly http: HttpClient;
  readonly clock: Clock;
}

/** What a started device grant needs to go on. */
export interface StartedDeviceGrant {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly verificationUriComplete: string | null;
  readonly expiresAt: Milliseconds;
  readonly intervalMs: Milliseconds;
}

/** The answer to one poll of a device grant. */
export type DevicePoll =
  | { readonly kind: "tokens"; readonly tokens: TokenSet }
  | { readonly kind: "pending" | "slow_down" };

/** The OAuth 2.1 requests of a public client. Rejects with SegueErrors only. */
export interface OAuthClient {
  authorizationUrl(request: {
    redirectUri: string;
    state: string;
    nonce: string;
    codeVerifier: string;
  }): Promise<string>;
  /** Checks the answer on the callback URL and exchanges its code. */
  exchange(request: {
    answer: string;
    redirectUri: string;
    state: string;
    nonce: string;
    codeVerifier: string;
  }): Promise<TokenSet>;
  startDeviceGrant(): Promise<StartedDeviceGrant>;
  pollDeviceGrant(deviceCode: string): Promise<DevicePoll>;
  /**
   * @param issuer who gave the token, where that is known
   * @throws SegueError `unauthenticated` when the refresh token no longer works, or another issuer signs in now
   */
  refresh(refreshToken: string, issuer?: string): Promise<TokenSet>;
  /** @param issuer who gave the token, where that is known; another one is not told of it */
  revoke(token: string, issuer?: string): Promise<void>;
}

const DEFAULT_LIFETIME_S = 300;

export function createOAuthClient({ authority, scope, http, clock }: OAuthOptions): OAuthClient {
  const publicClient = oauth.None();
  let discovered: Promise<Discovered> | null = null;

  function server(): Promise<Discovered> {
    discovered ??= authority()
      .then((chosen) => discover(chosen, http))
      .catch((cause) => {
        discovered = null;
        throw cause;
      });
    return discovered;
  }

  /** Whether `issuer`, who gave a token, is another one than `as`. */
  const isForeign = (as: oauth.AuthorizationServer, issuer: string | undefined) =>
    issuer !== undefined && issuer !== as.issuer;

  function tokensOf(
    as: oauth.AuthorizationServer,
    answer: oauth.TokenEndpointResponse,
    previousRefreshToken: string | null = null,
  ): TokenSet {
    return {
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token ?? previousRefreshToken,
      expiresAt: clock.wallMs() + (answer.expires_in ?? DEFAULT_LIFETIME_S) * 1000,
      issuer: as.issuer,
    };
  }

  return {
    authorizationUrl: (request) =>
      asSignIn(async () => {
        const { as, client, isHttp } = await server();
        const { authorization_endpoint } = as;
        if (!authorization_endpoint)
          throw new SegueError("sign_in_failed", { detail: "the server offers no sign-in page" });
        const url = new URL(authorization_endpoint);
        // A window of this page's origin goes there: a `javascript:` URL would run as the page.
        if (url.protocol !== "https:" && !(isHttp && url.protocol === "http:"))
          throw new SegueError("sign_in_failed", { detail: "the sign-in page is at no address to open" });
        const parameters = {
          client_id: client.client_id,
          response_type: "code",
          redirect_uri: request.redirectUri,
          scope,
          state: request.state,
          nonce: request.nonce,
          code_challenge: await oauth.calculatePKCECodeChallenge(request.codeVerifier),
          code_challenge_method: "S256",
          // Whoever asks to sign in chooses the account, also when the server remembers the last one.
          prompt: scope.includes("offline_access") ? "login consent" : "login",
        };
        for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
        return url.href;
      }),

    exchange: (request) =>
      asSignIn(async () => {
        const { as, client, options } = await server();
        const answer = oauth.validateAuthResponse(as, client, new URL(request.answer), request.state);
        const response = await oauth.authorizationCodeGrantRequest(
          as,
          client,
          publicClient,
          answer,
          request.redirectUri,
          request.codeVerifier,
          options,
        );
        const expectedNonce = scope.includes("openid") ? request.nonce : oauth.expectNoNonce;
        return tokensOf(
          as,
          await oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce }),
        );
      }),

    startDeviceGrant: () =>
      asSignIn(async () => {
        const { as, client, options } = await server();
        const response = await oauth.deviceAuthorizationRequest(as, client, publicClient, { scope }, options);
        const started = await oauth.processDeviceAuthorizationResponse(as, client, response);
        return {
          deviceCode: started.device_code,
          userCode: started.user_code,
          verificationUri: started.verification_uri,
          verificationUriComplete: started.verification_uri_complete ?? null,
          expiresAt: clock.wallMs() + started.expires_in * 1000,
          intervalMs: (started.interval ?? 5) * 1000,
        };
      }),

    pollDeviceGrant: (deviceCode) =>
      asSignIn(async () => {
        const { as, client, options } = await server();
        try {
          const response = await oauth.deviceCodeGrantRequest(as, client, publicClient, deviceCode, options);
          return {
            kind: "tokens",
            tokens: tokensOf(as, await oauth.processDeviceCodeResponse(as, client, response)),
          };
        } catch (error) {
          if (error instanceof oauth.ResponseBodyError && error.error === "authorization_pending")
            return { kind: "pending" };
          if (error instanceof oauth.ResponseBodyError && error.error === "slow_down")
            return { kind: "slow_down" };
          throw error;
        }
      }),

    async refresh(refreshToken, issuer) {
      try {
        const { as, client, options } = await server();
        if (isForeign(as, issuer))
          throw new SegueError("unauthenticated", { detail: "another provider signs listeners in now" });
        const response = await oauth.refreshTokenGrantRequest(
          as,
          client,
          publicClient,
          refreshToken,
          options,
        );
        return tokensOf(as, await oauth.processRefreshTokenResponse(as, client, response), refreshToken);
      } catch (error) {
        if (error instanceof oauth.ResponseBodyError) {
          throw new SegueError("unauthenticated", { detail: "the sign-in has ended", cause: error });
        }
        throw fromOAuth(error, "protocol");
      }
    },

    revoke: (token, issuer) =>
      asSignIn(async () => {
        const { as, client, options } = await server();
        if (!as.revocation_endpoint || isForeign(as, issuer)) return;
        await oauth.processRevocationResponse(
          await oauth.revocationRequest(as, client, publicClient, token, options),
        );
      }),
  };
}

async function asSignIn<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw fromOAuth(error, "sign_in_failed");
  }
}

function fromOAuth(error: unknown, code: "sign_in_failed" | "protocol"): SegueError {
  if (SegueError.is(error)) return error;
  const inner = (error as { cause?: unknown } | null)?.cause;
  if (SegueError.is(inner)) return inner;
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError) {
    if (error.error === "access_denied")
      return new SegueError("aborted", { detail: "the listener declined", cause: error });
    const detail = `${error.error}${error.error_description ? `: ${error.error_description}` : ""}`;
    return new SegueError("sign_in_failed", { detail: detail.slice(0, 300), cause: error });
  }
  const detail = error instanceof Error ? error.message.slice(0, 300) : undefined;
  return new SegueError(code, { cause: error, ...(detail === undefined ? {} : { detail }) });
}
