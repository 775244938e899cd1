import { type Milliseconds, SegueError } from "@segue/core";
import * as oauth from "oauth4webapi";
import type { Clock } from "../ports/clock";
import type { TokenSet } from "../ports/credentials";
import type { HttpClient } from "../ports/http";

export interface OAuthOptions {
  readonly issuer: string;
  readonly clientId: string;
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
  /** @throws SegueError `unauthenticated` when the refresh token no longer works */
  refresh(refreshToken: string): Promise<TokenSet>;
  revoke(token: string): Promise<void>;
}

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 256 * 1024;
const DEFAULT_LIFETIME_S = 300;

export function createOAuthClient({ issuer, clientId, scope, http, clock }: OAuthOptions): OAuthClient {
  const issuerUrl = new URL(issuer);
  const client: oauth.Client = { client_id: clientId };
  const publicClient = oauth.None();
  const options = {
    [oauth.customFetch]: bridge(http),
    // Plain http is for a server on this machine; the application chose the URL.
    [oauth.allowInsecureRequests]: issuerUrl.protocol === "http:",
  };
  let discovered: Promise<oauth.AuthorizationServer> | null = null;

  function server(): Promise<oauth.AuthorizationServer> {
    discovered ??= oauth
      .discoveryRequest(issuerUrl, { ...options, algorithm: "oidc" })
      .then((response) => oauth.processDiscoveryResponse(issuerUrl, response))
      .catch((cause) => {
        discovered = null;
        throw cause;
      });
    return discovered;
  }

  function tokensOf(
    answer: oauth.TokenEndpointResponse,
    previousRefreshToken: string | null = null,
  ): TokenSet {
    return {
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token ?? previousRefreshToken,
      expiresAt: clock.wallMs() + (answer.expires_in ?? DEFAULT_LIFETIME_S) * 1000,
    };
  }

  return {
    authorizationUrl: (request) =>
      asSignIn(async () => {
        const { authorization_endpoint } = await server();
        if (!authorization_endpoint)
          throw new SegueError("sign_in_failed", { detail: "the server offers no sign-in page" });
        const url = new URL(authorization_endpoint);
        // A window of this page's origin goes there: a `javascript:` URL would run as the page.
        if (url.protocol !== "https:" && url.protocol !== issuerUrl.protocol)
          throw new SegueError("sign_in_failed", { detail: "the sign-in page is at no address to open" });
        const parameters = {
          client_id: clientId,
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
        const as = await server();
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
          await oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce }),
        );
      }),

    startDeviceGrant: () =>
      asSignIn(async () => {
        const as = await server();
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
        const as = await server();
        try {
          const response = await oauth.deviceCodeGrantRequest(as, client, publicClient, deviceCode, options);
          return {
            kind: "tokens",
            tokens: tokensOf(await oauth.processDeviceCodeResponse(as, client, response)),
          };
        } catch (error) {
          if (error instanceof oauth.ResponseBodyError && error.error === "authorization_pending")
            return { kind: "pending" };
          if (error instanceof oauth.ResponseBodyError && error.error === "slow_down")
            return { kind: "slow_down" };
          throw error;
        }
      }),

    async refresh(refreshToken) {
      try {
        const as = await server();
        const response = await oauth.refreshTokenGrantRequest(
          as,
          client,
          publicClient,
          refreshToken,
          options,
        );
        return tokensOf(await oauth.processRefreshTokenResponse(as, client, response), refreshToken);
      } catch (error) {
        if (error instanceof oauth.ResponseBodyError) {
          throw new SegueError("unauthenticated", { detail: "the sign-in has ended", cause: error });
        }
        throw fromOAuth(error, "protocol");
      }
    },

    revoke: (token) =>
      asSignIn(async () => {
        const as = await server();
        if (!as.revocation_endpoint) return;
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

/** Carries oauth4webapi's requests through the HttpClient port, so that they are bounded and can be tested. */
function bridge(http: HttpClient) {
  return async (url: string, init: oauth.CustomFetchOptions<string, unknown>): Promise<Response> => {
    const body = init.body;
    const response = await http.send({
      method: init.method as "GET" | "POST",
      url,
      headers: init.headers,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      ...(body === undefined || body === null ? {} : { body: String(body) }),
      ...(init.signal ? { signal: init.signal } : {}),
    });
    const headers = new Headers();
    for (const name of ["content-type", "retry-after", "www-authenticate"]) {
      const value = response.header(name);
      if (value !== null) headers.set(name, value);
    }
    const empty = response.body.length === 0;
    return new Response(empty ? null : (response.body as BodyInit), { status: response.status, headers });
  };
}
