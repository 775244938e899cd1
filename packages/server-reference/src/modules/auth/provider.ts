/** The authorization server: OAuth 2.1 with OpenID Connect, by oidc-provider. */
import { createHash, hkdfSync } from "node:crypto";
import type { UserId } from "@segue/core";
import { exportJWK, generateKeyPair } from "jose";
import Provider, { interactionPolicy } from "oidc-provider";
import type { ServerContext } from "../../context";
import { isLoopbackName } from "../../loopback";
import { deviceFlow } from "./device-pages";
import { oidcAdapter } from "./oidc-store";
import { escapeHtml, page, pageHeaders } from "./pages";
import type { TokenStore } from "./token-store";
import type { UserStore } from "./user-store";
import { findUser } from "./users";

/** What is kept of listeners and of what is issued to them. */
export interface AuthStores {
  readonly users: UserStore;
  readonly tokens: TokenStore;
}

/** Every scope that there is. */
export const SCOPES = "openid profile offline_access";

const WEB_PLAYER = {
  client_id: "segue-web-player",
  client_name: "Segue web player",
  application_type: "native",
  token_endpoint_auth_method: "none",
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  scope: SCOPES,
};
const DEVICE = {
  client_id: "segue-device",
  client_name: "Segue on a device",
  application_type: "native",
  token_endpoint_auth_method: "none",
  grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
  response_types: [],
  redirect_uris: [],
  scope: SCOPES,
};

/** Ids of the clients that may sign listeners in, by grant. */
export const OWN_CLIENTS = { authorizationCode: WEB_PLAYER.client_id, deviceCode: DEVICE.client_id };

function isLoopback(url: string): boolean {
  try {
    const { protocol, hostname } = new URL(url);
    return protocol === "http:" && isLoopbackName(hostname);
  } catch {
    return false;
  }
}

/** Signing key of id tokens, made on the first start. */
async function signingKey(tokens: TokenStore, nowMs: number): Promise<Record<string, unknown>> {
  const read = (key: Uint8Array) => JSON.parse(Buffer.from(key).toString("utf8"));
  const found = await tokens.findSigningKey();
  if (found) return read(found);
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), alg: "ES256", use: "sig" };
  const key = {
    ...jwk,
    kid: createHash("sha256").update(JSON.stringify(jwk)).digest("base64url").slice(0, 16),
  };
  return read(await tokens.addSigningKey(new Uint8Array(Buffer.from(JSON.stringify(key))), nowMs));
}

/** When a sign-in page is shown: as the library does, and for a session whose user is gone or not admitted any more. */
function policy() {
  const prompts = interactionPolicy.base();
  const { Check } = interactionPolicy;
  const gone = new Check("unknown_user", "the session's user is not known", (ctx) =>
    ctx.oidc.session?.accountId && !ctx.oidc.entities.Account
      ? Check.REQUEST_PROMPT
      : Check.NO_NEED_TO_PROMPT,
  );
  prompts.get("login")?.checks.add(gone);
  return prompts;
}

/** How long what lives, in seconds. */
export const TOKEN_TTL = {
  AccessToken: 15 * 60,
  AuthorizationCode: 60,
  DeviceCode: 10 * 60,
  Grant: 90 * 86_400,
  IdToken: 3600,
  Interaction: 3600,
  RefreshToken: 90 * 86_400,
  Session: 14 * 86_400,
};

/** Makes the authorization server whose issuer is `issuer`. */
export async function createProvider(
  context: ServerContext,
  { users, tokens }: AuthStores,
  issuer: string,
): Promise<Provider> {
  const { secrets, now } = context;
  const cookieKey = Buffer.from(hkdfSync("sha256", secrets.session, "", "segue/oauth-cookies/v1", 32));
  const pages = ["/auth-callback.html", "/callback", "/"];
  const redirectUris = pages.map((path) => `http://127.0.0.1${path}`);
  if (!isLoopback(issuer)) redirectUris.push(`${issuer}/auth-callback.html`);

  const provider = new Provider(issuer, {
    adapter: oidcAdapter(tokens, now),
    clients: [{ ...WEB_PLAYER, redirect_uris: redirectUris }, DEVICE],
    jwks: { keys: [await signingKey(tokens, now())] },
    cookies: {
      keys: [cookieKey.toString("base64url")],
      names: { session: "segue_session", interaction: "segue_interaction", resume: "segue_resume" },
      long: { signed: true, httpOnly: true, sameSite: "lax", path: "/" },
      short: { signed: true, httpOnly: true, sameSite: "lax", path: "/" },
    },
    routes: {
      authorization: "/oauth/authorize",
      token: "/oauth/token",
      device_authorization: "/oauth/device_authorization",
      code_verification: "/oauth/device",
      revocation: "/oauth/revoke",
      jwks: "/oauth/jwks",
      end_session: "/oauth/session/end",
      userinfo: "/oauth/userinfo",
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      revocation: { enabled: true },
      resourceIndicators: { enabled: false },
      deviceFlow,
    },
    scopes: ["openid", "profile", "offline_access"],
    claims: { openid: ["sub"], profile: ["name"] },
    responseTypes: ["code"],
    pkce: { required: () => true, methods: ["S256"] },
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    ttl: TOKEN_TTL,
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    expiresWithSession: async () => false,
    clientBasedCORS: (_ctx: unknown, origin: string) =>
      isLoopback(origin) || origin === new URL(issuer).origin,
    interactions: {
      policy: policy(),
      url: (_ctx: unknown, interaction: { uid: string }) => `/oauth/interaction/${interaction.uid}`,
    },
    async findAccount(_ctx: unknown, sub: string) {
      const user = await findUser(users, sub as UserId, context.config.sandbox);
      return user && { accountId: sub, claims: async () => ({ sub, name: user.name }) };
    },
    // Both clients are the service's own: signing in is the consent.
    async loadExistingGrant(ctx: {
      oidc: {
        client: { clientId: string };
        session: { accountId: string; grantIdFor(id: string): string | undefined };
      };
    }) {
      const { client, session } = ctx.oidc;
      const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
      grant.addOIDCScope(SCOPES);
      await grant.save();
      return grant;
    },
    async renderError(
      ctx: { body: unknown; set(headers: Record<string, string>): void },
      out: { error: string; error_description?: string },
    ) {
      ctx.set(pageHeaders());
      const said = escapeHtml(out.error_description ?? out.error);
      ctx.body = page(
        "That did not work",
        `<p>${said}</p><p>Go back to where you came from and try again.</p>`,
      );
    },
  });

  provider.proxy = issuer.startsWith("https:");
  // RFC 8252: a program on this machine listens on whatever port is free.
  const strict = provider.Client.prototype.redirectUriAllowed as (this: unknown, uri: string) => boolean;
  provider.Client.prototype.redirectUriAllowed = function redirectUriAllowed(
    this: unknown,
    uri: string,
  ): boolean {
    if (!isLoopback(uri)) return strict.call(this, uri);
    const { pathname, search, hash } = new URL(uri);
    return (
      search === "" &&
      hash === "" &&
      pages.includes(pathname) &&
      (this as { clientId: string }).clientId === WEB_PLAYER.client_id
    );
  };
  provider.on("server_error", (_ctx, error) =>
    context.logger.error({ err: error }, "authorization server failed"),
  );
  return provider;
}
