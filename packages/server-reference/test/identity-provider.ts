/// <reference path="../src/modules/auth/oidc-provider.d.ts" />
/** Another OpenID provider on loopback: a real oidc-provider that issues JWT access tokens for the audience `segue`. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";

/** A client of the provider. */
export const CLIENT_ID = "music-app";
/** A client of the provider that signs in with a code. */
export const DEVICE_CLIENT_ID = "music-speaker";
export const REDIRECT_URI = "http://127.0.0.1:5999/callback";
/** What a client asks a token for. */
export const RESOURCE = "urn:segue";
const AUDIENCE = "segue";

/** What the provider puts into a token beside the subject. */
export type Claims = Readonly<Record<string, unknown>>;

interface Issued {
  readonly subject: string;
  readonly claims?: Claims;
  readonly audience?: string;
  /** Seconds. */
  readonly lifetime?: number;
}

/** How the provider behaves. */
type Mood = "well" | "failing" | "silent";

/** How the provider is set up. */
export interface ProviderSetup {
  /** Where a sign-in may end, beside `REDIRECT_URI`; on loopback with any port. */
  readonly redirectUris?: readonly string[];
  /** How long access tokens live, in seconds. */
  readonly accessTokenSeconds?: number;
}

async function newProvider(issuer: string, claimsOf: (subject: string) => Claims, setup: ProviderSetup) {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), alg: "ES256", use: "sig", kid: `k${Math.random()}` };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT_ID,
        token_endpoint_auth_method: "none",
        application_type: "native",
        redirect_uris: [REDIRECT_URI, ...(setup.redirectUris ?? [])],
        response_types: ["code"],
        grant_types: ["authorization_code", "refresh_token"],
        id_token_signed_response_alg: "ES256",
      },
      {
        client_id: DEVICE_CLIENT_ID,
        token_endpoint_auth_method: "none",
        application_type: "native",
        redirect_uris: [],
        response_types: [],
        grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
      },
    ],
    jwks: { keys: [jwk] },
    cookies: { keys: ["test"] },
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    clientBasedCORS: () => true,
    ttl: { AccessToken: setup.accessTokenSeconds ?? 600 },
    rotateRefreshToken: true,
    pkce: { required: () => true, methods: ["S256"] },
    findAccount: async (_ctx: unknown, sub: string) => ({ accountId: sub, claims: async () => ({ sub }) }),
    features: {
      deviceFlow: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: async () => ({
          audience: AUDIENCE,
          scope: "",
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "ES256" } },
        }),
        defaultResource: async () => RESOURCE,
        useGrantedResource: async () => true,
      },
    },
    extraTokenClaims: async (_ctx: unknown, token: { accountId: string }) => claimsOf(token.accountId),
  });
  return { provider, jwk };
}

/** Starts the provider. */
export async function startIdentityProvider(setup: ProviderSetup = {}) {
  const accounts = new Map<string, Claims>();
  const hits = new Map<string, number>();
  let mood: Mood = "well";
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => {};
  const server = createServer((request, response) => {
    const path = request.url!.split("?")[0]!;
    hits.set(path, (hits.get(path) ?? 0) + 1);
    if (mood === "silent") return;
    if (mood === "failing") response.writeHead(500).end();
    else handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let current: Awaited<ReturnType<typeof newProvider>>;

  async function rotate(): Promise<void> {
    current = await newProvider(issuer, (subject) => accounts.get(subject) ?? {}, setup);
    handle = current.provider.callback();
  }
  await rotate();

  return {
    issuer,
    /** Replaces the signing key, and with it the only one that is published. */
    rotate,
    /** The key that signs now, with its private half. */
    signingJwk: () => current.jwk,
    /** What the provider's tokens say about `subject` from now on. */
    describe: (subject: string, claims: Claims) => {
      accounts.set(subject, claims);
    },
    behave: (how: Mood) => {
      mood = how;
    },
    /** How often the keys were asked for. */
    keyRequests: () => hits.get("/jwks") ?? 0,
    /** How often tokens were asked for. */
    tokenRequests: () => hits.get("/token") ?? 0,
    discoveries: () => hits.get("/.well-known/openid-configuration") ?? 0,
    /** An access token as the token endpoint gives it, without the way through the browser. */
    async issue({ subject, claims, audience = AUDIENCE, lifetime = 600 }: Issued): Promise<string> {
      if (claims) accounts.set(subject, claims);
      const { provider } = current as unknown as {
        // biome-ignore lint/suspicious/noExplicitAny: oidc-provider ships no types
        provider: any;
      };
      const client = await provider.Client.find(CLIENT_ID);
      const grant = new provider.Grant({ accountId: subject, clientId: CLIENT_ID });
      const token = new provider.AccessToken({
        accountId: subject,
        client,
        grantId: await grant.save(),
        gty: "authorization_code",
        expiresIn: lifetime,
      });
      const info = { audience, scope: "", accessTokenFormat: "jwt", jwt: { sign: { alg: "ES256" } } };
      token.resourceServer = new provider.ResourceServer(audience, info);
      token.extra = accounts.get(subject) ?? {};
      return token.save();
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** What `startIdentityProvider` gives. */
export type IdentityProvider = Awaited<ReturnType<typeof startIdentityProvider>>;
